import { onTestFinished } from 'vitest';

/** What goes to standard output meanwhile, line by line. */
export function writtenBy(write: () => void): readonly string[] {
  const lines: string[] = [];
  const original = process.stdout.write.bind(process.stdout);
  onTestFinished(() => void (process.stdout.write = original));
  process.stdout.write = (text: string | Uint8Array) => lines.push(String(text)) > 0;
  write();
  process.stdout.write = original;
  return lines;
}
