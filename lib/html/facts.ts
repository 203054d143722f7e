import { html, type Html } from './html.ts';

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
