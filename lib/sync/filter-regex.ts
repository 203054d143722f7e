import { RE2JS, RE2JSException } from 're2js';

/** A regular expression that was read, or what is wrong with it in words that follow it. */
export type FilterRegex = { readonly regex: RE2JS } | { readonly problem: string };

/** A construct that begins at a place of an expression; `problem` says why it is refused. */
interface Form {
  readonly form: RegExp;
  readonly kind: 'repeat' | 'flags' | 'other';
  readonly problem?: string;
}

/** Instructions of a compiled expression. What one name costs is at most this times its length. */
const MAX_INSTRUCTIONS = 10_000;

const NOT_IN_RUST = 'which the regular expressions of PBS do not have';
const NOT_HERE = 'which PBS understands and Flotilla does not';

/** What is the same in a class and outside of it. */
const ESCAPES: readonly Form[] = [
  refuse(/\\[1-9]/y, `a backreference, ${NOT_IN_RUST}`),
  refuse(/\\0/y, `an octal escape, ${NOT_IN_RUST}; write \\x00`),
  refuse(/\\[pP]/y, `a Unicode class, ${NOT_HERE}; names are ASCII: write [A-Za-z]`),
  refuse(/\\[uU]/y, `an escape ${NOT_HERE}; write \\x{..}`),
  accept(/\\x(?:[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]{1,6}\})/y),
  accept(/\\[aftnrv]/y),
  // Punctuation stands for itself; < and > are borders of words in Rust.
  accept(/\\[!-/:;=?@[-`{-~]/y),
];

const OUTSIDE: readonly Form[] = [
  refuse(/\(\?<?[=!]/y, `a look-around, ${NOT_IN_RUST}`),
  refuse(/\(\?[imsU-]*[xRu]+[imsUxRu-]*[:)]/y, `a flag x, R or u, ${NOT_HERE}; leave it out`),
  refuse(/\(\?(?:[imsU]*([imsU])[imsU-]*\1)/y, `one flag twice, ${NOT_IN_RUST}`),
  { form: /\(\?(?:[imsU]+(?:-[imsU]+)?|-[imsU]+)\)/y, kind: 'flags' },
  accept(/\(\?[imsU]*(?:-[imsU]+)?:/y),
  accept(/\(\?P?<[A-Za-z_][A-Za-z0-9_]*>/y),
  refuse(/\(\?P?<[^>]*>?/y, 'a name other than letters, digits and _; leave it out, since nothing refers to it'),
  refuse(/\(\?.?/uy, `a kind of group ${NOT_IN_RUST}`),
  { form: /(?:[*+?]|\{(?:0|[1-9]\d{0,3})(?:,(?:[1-9]\d{0,3}|0)?)?\})\??/y, kind: 'repeat' },
  refuse(/\{[^}]*\}?/y, 'a repetition other than {n}, {n,} and {n,m}; for a plain brace write \\{'),
  refuse(/\\(?:[<>]|b\{[A-Za-z-]+\}?)/y, `a border of a word on one side, ${NOT_HERE}; write \\b`),
  ...ESCAPES,
  accept(/\\[dDsSwWbBAz]/y),
  refuse(/\\.?/suy, `an escape ${NOT_IN_RUST}`),
];

const IN_CLASS: readonly Form[] = [
  accept(/\[:\^?(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]/y),
  refuse(/\[/y, `a class in a class, ${NOT_HERE}; for a plain bracket write \\[`),
  refuse(/&&|--|~~/y, `an operation between classes, ${NOT_HERE}; write the class out, or a backslash before each`),
  // Where a range ends at a bracket, it is not the one that a reader sees.
  refuse(/-\[/y, 'which is unclear; write \\- or \\['),
  refuse(/\\[dDsSwW]-(?!\])/y, `a range that begins with a class, ${NOT_IN_RUST}; write \\- for a plain -`),
  ...ESCAPES,
  accept(/\\[dDsSwW]/y),
  refuse(/\\.?/suy, `an escape ${NOT_IN_RUST} in a class`),
];

/**
 * Compiles an expression to search a name with, in time linear in both. Rust's regex, which PBS has, and RE2 understand
 * most alike: what either refuses or reads differently is refused here by its name. Names of groups are ASCII without
 * blanks and line ends, so that what they hold different of Unicode and lines makes no difference.
 */
export function compileFilterRegex(source: string): FilterRegex {
  const problem = findRefused(source);
  if (problem !== undefined) return { problem };
  try {
    const regex = RE2JS.compile(source);
    if (regex.programSize() > MAX_INSTRUCTIONS)
      return { problem: 'is too large once its repetitions are written out; make it simpler' };
    return { regex };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { problem: `cannot be used: ${error.message.replace(/^error parsing regexp: /, '')}` };
  }
}

/** The first construct that is not understood in the same way, or undefined. */
function findRefused(source: string): string | undefined {
  let at = 0;
  let before: Form['kind'] = 'other';
  while (at < source.length) {
    const { text, kind, problem } = source[at] === '[' ? readClass(source, at) : read(OUTSIDE, source, at);
    if (problem !== undefined) return problem;
    if (kind === 'repeat' && before !== 'other') return misplaced(text, before);
    at += text.length;
    before = kind;
  }
  return undefined;
}

function misplaced(text: string, before: Form['kind']): string {
  if (before === 'flags') return `has ${text} after flags, where nothing is to be repeated`;
  return `has ${text} after another repetition, ${NOT_HERE}; put the first in a group: (?:a*)*`;
}

interface Read {
  readonly text: string;
  readonly kind: Form['kind'];
  readonly problem?: string;
}

/** The first form that begins at `at`; what begins none stands for itself. */
function read(forms: readonly Form[], source: string, at: number): Read {
  for (const { form, kind, problem } of forms) {
    form.lastIndex = at;
    const text = form.exec(source)?.[0];
    if (text === undefined) continue;
    return problem === undefined ? { text, kind } : { text, kind, problem: `has ${text}, ${problem}` };
  }
  return { text: source.charAt(at), kind: 'other' };
}

/** Reads from `[` to its `]`; an end that is missing is left to the engine to tell. */
function readClass(source: string, start: number): Read {
  let at = source[start + 1] === '^' ? start + 2 : start + 1;
  if (source[at] === ']') return { text: '', kind: 'other', problem: 'has ] first in a class, which is unclear; write \\]' };
  while (at < source.length && source[at] !== ']') {
    const { text, problem } = read(IN_CLASS, source, at);
    if (problem !== undefined) return { text, kind: 'other', problem };
    at += text.length;
  }
  return { text: source.slice(start, at + 1), kind: 'other' };
}

function accept(form: RegExp): Form {
  return { form, kind: 'other' };
}

function refuse(form: RegExp, problem: string): Form {
  return { form, kind: 'other', problem };
}
