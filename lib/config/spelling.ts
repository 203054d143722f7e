/** `worker-threads` as `workerThreads`, on types. */
export type Camel<Key> = Key extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Key;

/** An object with its keys in camelCase. */
export type CamelKeys<T> = { [Key in keyof T as Camel<Key>]: T[Key] };

/** The one step from PBS spelling at the border to camelCase inside; values are kept as they are. */
export function camelKeys<T extends object>(document: T): CamelKeys<T> {
  return renameKeys(document, (key) => key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())) as CamelKeys<T>;
}

/** The way back, `workerThreads` as `worker-threads`. */
export function kebabKeys(value: object): Record<string, unknown> {
  return renameKeys(value, (key) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
}

/** An object without some of its keys. */
export function omitKeys<T extends object, Key extends keyof T>(value: T, keys: readonly Key[]): Omit<T, Key> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !(keys as readonly string[]).includes(key))) as Omit<T, Key>;
}

function renameKeys(value: object, rename: (key: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [rename(key), member]));
}
