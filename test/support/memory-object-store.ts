import { createHash } from 'node:crypto';
import { DataError } from '../../lib/errors.ts';
import { noRequests } from '../../lib/datastore/object-store.ts';
import type {
  CopySource,
  GetOptions,
  ListedObject,
  ListOptions,
  MultipartUpload,
  ObjectHead,
  ObjectRemover,
  ObjectWriter,
  PutOptions,
  PutOutcome,
  RequestCounts,
  StoredObject,
} from '../../lib/datastore/object-store.ts';

/** Buckets by name, each with its objects by full key. Stores that are to copy from each other share one. */
export type MemoryBuckets = Map<string, Map<string, StoredObject>>;

export interface MemoryStoreOptions {
  readonly buckets?: MemoryBuckets;
  readonly bucket?: string;
  /** Without slashes at its ends. */
  readonly prefix?: string;
  readonly counts?: RequestCounts;
}

const MAX_PAGE = 1000;

/** The memory twin of the S3 adapter: the same promises, counted the same way. */
export class MemoryObjectStore implements ObjectWriter, ObjectRemover {
  readonly bucket: string;
  readonly prefix: string;
  readonly counts: RequestCounts;
  /** The bucket's objects by full key. */
  readonly objects: Map<string, StoredObject>;
  readonly #buckets: MemoryBuckets;

  constructor(options: MemoryStoreOptions = {}) {
    this.bucket = options.bucket ?? 'memory';
    this.prefix = options.prefix ? `${options.prefix}/` : '';
    this.counts = options.counts ?? noRequests();
    this.#buckets = options.buckets ?? new Map<string, Map<string, StoredObject>>();
    this.objects = this.#buckets.get(this.bucket) ?? new Map<string, StoredObject>();
    this.#buckets.set(this.bucket, this.objects);
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<readonly ListedObject[]> {
    const pageSize = options.pageSize ?? MAX_PAGE;
    // As a whole, so that a long listing sorts once; S3 promises no more about writes under way.
    const keys = sortKeys([...this.objects.keys()].filter((key) => key.startsWith(this.prefix + prefix)));
    const after = options.startAfter === undefined ? undefined : Buffer.from(this.prefix + options.startAfter);
    const first = after === undefined ? 0 : keys.findIndex((key) => Buffer.compare(Buffer.from(key), after) > 0);
    const wanted = first < 0 ? [] : keys.slice(first);
    for (let at = 0; at === 0 || at < wanted.length; at += pageSize) {
      this.counts.list++;
      const page = wanted.slice(at, at + pageSize).flatMap((key) => this.#listed(key));
      if (page.length > 0) yield await Promise.resolve(page);
    }
  }

  #listed(key: string): ListedObject[] {
    const object = this.objects.get(key);
    return object === undefined ? [] : [{ key: key.slice(this.prefix.length), size: object.size, etag: object.etag }];
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    this.counts.head++;
    const object = this.objects.get(this.prefix + key);
    return Promise.resolve(object && { size: object.size, etag: object.etag });
  }

  async get(key: string, options: GetOptions = {}): Promise<StoredObject | undefined> {
    this.counts.get++;
    await Promise.resolve();
    const object = this.objects.get(this.prefix + key);
    if (object === undefined) return undefined;
    if (options.ifMatch !== undefined && options.ifMatch !== object.etag) throw changed(key);
    const { range } = options;
    if (range === undefined) return { ...object, bytes: Buffer.from(object.bytes) };
    if (range.offset >= object.size) throw new DataError('RANGE_NOT_SATISFIABLE', `${key} ends before byte ${range.offset}`);
    return { ...object, bytes: Buffer.from(object.bytes.subarray(range.offset, range.offset + range.length)) };
  }

  async put(key: string, bytes: Buffer, options: PutOptions = {}): Promise<PutOutcome> {
    this.counts.put++;
    await Promise.resolve();
    return this.#write(key, bytes, md5(bytes), options);
  }

  #write(key: string, bytes: Buffer, etag: string, options: PutOptions): PutOutcome {
    if (options.ifAbsent === true && this.objects.has(this.prefix + key)) return 'exists';
    this.objects.set(this.prefix + key, { bytes: Buffer.from(bytes), size: bytes.length, etag });
    return 'written';
  }

  async copy(key: string, source: CopySource, options: PutOptions = {}): Promise<PutOutcome | undefined> {
    this.counts.copy++;
    await Promise.resolve();
    const object = this.#buckets.get(source.bucket)?.get(source.key);
    if (object === undefined) return undefined;
    if (source.etag !== undefined && source.etag !== object.etag && !(options.ifAbsent && this.objects.has(this.prefix + key))) {
      throw changed(source.key);
    }
    return this.#write(key, object.bytes, md5(object.bytes), options);
  }

  async startMultipart(key: string): Promise<MultipartUpload> {
    this.counts.put++;
    const parts = new Map<number, Buffer>();
    const write = (): void => {
      const ordered = [...parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
      const sums = Buffer.concat(ordered.map((bytes) => Buffer.from(md5(bytes), 'hex')));
      this.#write(key, Buffer.concat(ordered), `${md5(sums)}-${ordered.length}`, {});
    };
    return Promise.resolve({
      uploadPart: async (number, bytes) => {
        this.counts.put++;
        parts.set(number, Buffer.from(bytes));
        return Promise.resolve();
      },
      copyPart: async (number, source, { offset, length }) => {
        this.counts.copy++;
        const object = this.#buckets.get(source.bucket)?.get(source.key);
        if (object === undefined) throw new DataError('OBJECT_MISSING', `${source.key} is not there`);
        if (source.etag !== undefined && source.etag !== object.etag) throw changed(source.key);
        parts.set(number, Buffer.from(object.bytes.subarray(offset, offset + length)));
        return Promise.resolve();
      },
      complete: async () => {
        this.counts.put++;
        write();
        return Promise.resolve();
      },
      abort: async () => {
        this.counts.delete++;
        parts.clear();
        return Promise.resolve();
      },
    });
  }

  async delete(keys: readonly string[]): Promise<void> {
    this.counts.delete += Math.ceil(keys.length / MAX_PAGE);
    for (const key of keys) this.objects.delete(this.prefix + key);
    return Promise.resolve();
  }
}

function changed(key: string): DataError {
  return new DataError('SOURCE_CHANGED', `${key} has changed since it was listed`, { context: { key } });
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** By UTF-8 bytes: JavaScript's own order differs only where there are surrogates. */
function sortKeys(keys: string[]): string[] {
  if (!keys.some((key) => /[\ud800-\udfff]/.test(key))) return keys.sort();
  return keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
