import { html, type Html } from '../sync/report/page/html.ts';
import type { StateWords } from '../sync/report/page/states.ts';

/** What is to be known first, with its sentences. */
export function banner(id: string, { word, sign, tone }: StateWords, sentences: readonly (string | Html)[]): Html {
  const lines = sentences.map((each) => html`<p>${each}</p>`);
  return html`<section id="${id}" class="verdict ${tone}" aria-labelledby="state">
    <span class="sign" aria-hidden="true">${sign}</span>
    <div>
      <h2 id="state">${word}</h2>
      ${lines}
    </div>
  </section>`;
}

/** A fact in a list of them; one without a value is left out. */
export function fact(name: string, value: string | Html | undefined): Html | undefined {
  return value === undefined || value === ''
    ? undefined
    : html`<div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`;
}

export function facts(...all: readonly (Html | undefined)[]): Html {
  return html`<dl class="facts">${all.filter((each) => each !== undefined)}</dl>`;
}
