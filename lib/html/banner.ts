import { html, type Html } from './html.ts';

/** How a page shows a state: by a word, a sign and a colour, never by the colour alone. */
export interface StateWords {
  readonly word: string;
  readonly sign: string;
  readonly tone: 'good' | 'warn' | 'bad' | 'idle';
}

/** What is to be known first: a state, and below it whatever `body` says of it. Each page has one. */
export function banner(id: string, { word, sign, tone }: StateWords, body?: Html): Html {
  return html`<section id="${id}" class="verdict ${tone}" aria-labelledby="state">
    <span class="sign" aria-hidden="true">${sign}</span>
    <div>
      <h2 id="state">${word}</h2>
      ${body}
    </div>
  </section>`;
}

/** Sentences, each in a paragraph of its own. */
export function paragraphs(sentences: readonly (string | Html)[]): Html {
  return html`${sentences.map((each) => html`<p>${each}</p>`)}`;
}
