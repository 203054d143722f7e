/** Markup that is safe to put into a page as it is. Only `html` makes it. */
export interface Html {
  readonly markup: string;
}

type Value = string | number | Html | readonly Html[] | undefined;

function escapeText(text: string): string {
  const tags = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return tags.replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

function toMarkup(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map((each) => each.markup).join('');
}

/** Markup from a template: every text put into it is escaped, for content and for quoted attributes alike. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return {
    markup: unindented(parts)
      .map((part, index) => part + toMarkup(values[index]))
      .join(''),
  };
}

const UNINDENTED = new WeakMap<TemplateStringsArray, readonly string[]>();

/** Indentation is for who reads the template: in a page of thousands of rows it would be a third of all bytes. */
function unindented(parts: TemplateStringsArray): readonly string[] {
  const known = UNINDENTED.get(parts) ?? parts.map((part) => part.replaceAll(/\n\s+/g, '\n'));
  UNINDENTED.set(parts, known);
  return known;
}

/** A piece of style sheet as it is written: nothing is put into it. */
export function css(parts: TemplateStringsArray): Html {
  return { markup: parts.join('') };
}

/** A piece of script as it is written: nothing is put into it. */
export function script(parts: TemplateStringsArray): Html {
  return { markup: parts.join('') };
}
