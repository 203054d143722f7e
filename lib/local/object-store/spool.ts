import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Staged } from './bucket.ts';

/** Collects a body: in memory, or in a file once it is longer than `memoryBytes`. */
export class Spool {
  size = 0;
  private readonly scratch: () => string;
  private readonly memoryBytes: number;
  private pieces: Buffer[] = [];
  private held = 0;
  private file: { readonly path: string; readonly handle: FileHandle } | undefined;

  constructor(scratch: () => string, memoryBytes: number) {
    this.scratch = scratch;
    this.memoryBytes = memoryBytes;
  }

  async add(piece: Buffer): Promise<void> {
    this.pieces.push(piece);
    this.held += piece.length;
    this.size += piece.length;
    if (this.held > this.memoryBytes) await this.flush();
  }

  async finish(): Promise<Staged['content']> {
    if (this.file === undefined) return { bytes: this.pieces };
    await this.flush();
    await this.file.handle.close();
    return { file: this.file.path };
  }

  async discard(): Promise<void> {
    this.pieces = [];
    if (this.file === undefined) return;
    await this.file.handle.close();
    await rm(this.file.path, { force: true });
  }

  private async flush(): Promise<void> {
    const { pieces } = this;
    this.pieces = [];
    this.held = 0;
    if (this.file === undefined) {
      const path = this.scratch();
      this.file = { path, handle: await open(path, 'wx') };
    }
    if (pieces.length > 0) await this.file.handle.writev(pieces);
  }
}
