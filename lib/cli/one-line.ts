/** Text that someone else wrote, as one line of a terminal: it moves no cursor, sets no colour and makes no lines of its own. */
export function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}
