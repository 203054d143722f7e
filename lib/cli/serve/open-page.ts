import { ConfigError } from '../../errors.ts';
import { DEFAULT_ADDRESS, parseListenAddress } from '../../web/listen-address.ts';
import { readPassword } from '../../web/password.ts';
import { startPageServer, type PageServer } from '../../web/server.ts';
import type { CommonOptions } from '../context.ts';
import { pageWorld, type PageParts } from './page-world.ts';

export interface ServeOptions extends CommonOptions {
  /** Where the page is, `<host>:<port>`. */
  readonly listen?: string;
  /** False: there is none. */
  readonly page: boolean;
}

/**
 * Serves the page, and says where. Where nobody said which address it has, a taken one is told and the service does its work without:
 * copies matter more. Throws a `ConfigError` as `startPageServer` does.
 */
export async function openPage(options: ServeOptions, parts: PageParts): Promise<PageServer | undefined> {
  if (!options.page) return undefined;
  const { environment, terminal } = parts.context;
  const address = parseListenAddress(options.listen ?? DEFAULT_ADDRESS);
  try {
    const page = await startPageServer({ address, password: readPassword(environment), world: pageWorld(parts) });
    terminal.note(`the page is at ${page.url}`);
    return page;
  } catch (error) {
    if (options.listen !== undefined || !(error instanceof ConfigError) || error.code !== 'LISTEN_TAKEN') throw error;
    terminal.note(`goes on without its page: ${error.message}`, 'warn');
    return undefined;
  }
}
