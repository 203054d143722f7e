/** The use cases of a run, by the name of their Lambda function and of its file in functions/. */
export const SYNC_FUNCTIONS = ['start-run', 'sync-group', 'remove-vanished', 'finish-run'] as const;
export type SyncFunctionName = (typeof SYNC_FUNCTIONS)[number];

/** One value for each function of a job. */
export type PerFunction<T> = Readonly<Record<SyncFunctionName, T>>;

export function mapFunctions<T>(make: (name: SyncFunctionName) => T): PerFunction<T> {
  return {
    'start-run': make('start-run'),
    'sync-group': make('sync-group'),
    'remove-vanished': make('remove-vanished'),
    'finish-run': make('finish-run'),
  };
}
