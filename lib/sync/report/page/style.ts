import { html } from '../../../html/html.ts';
import { SHARED_STYLE } from '../../../html/style.ts';
import { FAILURES } from './style-failures.ts';
import { GROUPS_STYLE } from './style-groups.ts';
import { NARROW } from './style-narrow.ts';
import { TOTALS } from './style-totals.ts';

/** The page's whole style sheet. */
export const STYLE = html`${SHARED_STYLE}${TOTALS}${FAILURES}${GROUPS_STYLE}${NARROW}`;
