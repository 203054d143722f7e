/** dynalite 4 ships no types; these are the parts that are used, as its index.js has them. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface DynaliteOptions {
    /** Folder of the LevelDB store; absent: in memory. */
    readonly path?: string;
    /** How long a new table stays in CREATING. */
    readonly createTableMs?: number;
  }

  /** `close` also closes the store, once all requests have ended. */
  export default function dynalite(options?: DynaliteOptions): Server;
}
