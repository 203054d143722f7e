import { html, type Html } from './html.ts';

export interface DocumentParts {
  readonly title: string;
  /** What its one style element and its one script hold, to the letter: a server may name their digests in its policy. */
  readonly style: Html;
  readonly script: Html;
  /** Whether it opens from disk: then it has to say itself what it may do. */
  readonly alone: boolean;
  /** Elements of the head, and attributes of the body, that this page alone has. */
  readonly head?: Html | undefined;
  readonly attributes?: Html | undefined;
  readonly body: Html;
}

/** A whole page as text: nothing is fetched for it. */
export function renderDocument({ title, style, script, alone, head, attributes, body }: DocumentParts): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        ${alone ? ALONE : undefined} ${head}
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${element('style', style)}
      </head>
      <body ${attributes}>
        ${body} ${element('script', script)}
      </body>
    </html> `;
  return page.markup;
}

const ALONE = html`<meta
  http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
/>`;

/** Not of a template, whose white space is not kept. */
function element(name: 'style' | 'script', { markup }: Html): Html {
  return { markup: `<${name}>${markup}</${name}>` };
}
