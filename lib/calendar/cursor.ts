/** What is wrong with a text, in words that follow it. */
export class CalendarFault extends Error {}

/** Reads a text from left to right; each fault tells where. */
export class Cursor {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get position(): number {
    return this.#position;
  }

  isAtEnd(): boolean {
    return this.#position >= this.#text.length;
  }

  peek(): string | undefined {
    return this.#text[this.#position];
  }

  /** Steps over `token` if it is next. */
  take(token: string): boolean {
    const isNext = this.#text.startsWith(token, this.#position);
    if (isNext) this.#position += token.length;
    return isNext;
  }

  expect(token: string): void {
    if (!this.take(token)) throw this.fault(`has no "${token}"`, this.#position);
  }

  expectEnd(): void {
    if (!this.isAtEnd()) throw this.fault(`is not understood`, this.#position);
  }

  skipBlanks(): void {
    this.#match(/[ \t]*/y);
  }

  startsWord(): boolean {
    return /^[A-Za-z]/.test(this.#text.slice(this.#position));
  }

  word(): string {
    return this.#match(/[A-Za-z]*/y);
  }

  /** A whole number of at most four digits. */
  number(): number {
    const at = this.#position;
    const digits = this.#match(/\d*/y);
    if (digits === '' || digits.length > 4) throw this.fault('lacks a number', at);
    return Number(digits);
  }

  fault(problem: string, at: number): CalendarFault {
    return new CalendarFault(`${problem}, at "${this.#text.slice(at)}"`);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#position += found.length;
    return found;
  }
}
