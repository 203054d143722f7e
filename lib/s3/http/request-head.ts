const VALUE = /^[\t\x20-\x7e]*$/;

/** The head of a request as it is sent. `path` is percent-encoded, a query with it; a header that could end its line is refused. */
export function renderHead(method: string, path: string, headers: Readonly<Record<string, string>>): Buffer {
  let head = `${method} ${path} HTTP/1.1\r\n`;
  for (const name in headers) {
    const value = headers[name] ?? '';
    // The value is not shown: it may be a secret with a line break at its end.
    if (!VALUE.test(value)) throw new TypeError(`the header ${name} has a character that no header may have`);
    head += `${name}: ${value}\r\n`;
  }
  return Buffer.from(`${head}\r\n`, 'latin1');
}
