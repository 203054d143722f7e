import { banner, paragraphs } from '../html/banner.ts';
import { html, type Html } from '../html/html.ts';
import type { View } from './view.ts';

/** A page that says why there is no other one, and what to do. */
export function messageView(heading: string, sentences: readonly (string | Html)[]): View {
  const words = { word: heading, sign: '!', tone: 'warn' } as const;
  return {
    title: `Flotilla: ${heading}`,
    trail: [],
    heading: html`<h1>Flotilla</h1>`,
    parts: [{ id: 'verdict', markup: banner('verdict', words, paragraphs(sentences)) }],
    frame: ([only]) =>
      html`${only?.markup}
        <p class="after"><a href="/">All jobs</a></p>`,
    say: heading,
  };
}
