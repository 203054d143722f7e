/** Columns as wide as their widest cell; numbers, which hold a digit first, stand right. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const right = widths.map((_, column) => rows.slice(1).every((row) => /^(\d|$|-$)/.test(row[column] ?? '')) && column > 0);
  const cell = (text: string, column: number) =>
    right[column] ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n');
}
