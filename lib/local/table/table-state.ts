import { z } from 'zod';

const TableStateSchema = z.object({
  pid: z.number(),
  port: z.number(),
  /** The access key id that requests must be signed with. */
  accessKeyId: z.string(),
  table: z.string(),
});

/** What `<folder>/table.json` says of the host that serves the folder's table, or of the one that died serving it. */
export type TableState = z.infer<typeof TableStateSchema>;

/** `undefined` where it is none. */
export function parseState(text: string): TableState | undefined {
  try {
    return TableStateSchema.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
