import type { Layout } from '../datastore/layout.ts';
import type { LayoutName } from '../datastore/location.ts';
import { pbsLayout } from './pbs/layout.ts';

/** The layouts there are, by the name that the configuration gives them. */
const LAYOUT_OF: Readonly<Record<LayoutName, Layout>> = { pbs: pbsLayout };

export function layoutOf(name: LayoutName): Layout {
  return LAYOUT_OF[name];
}
