import { describe, expect, it } from 'vitest';
import { readRequest } from '../../../bench/proxy/request-kind.ts';

const read = (line: string, ...headers: readonly string[]) =>
  readRequest([`${line} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n'));

describe('readRequest', () => {
  it.each([
    ['GET /b?list-type=2&prefix=main%2F', 'list', ''],
    ['GET /b/?location=', 'other', ''],
    ['HEAD /b', 'other', ''],
    ['HEAD /b/main/a', 'head', 'main/a'],
    ['GET /b/main/2026-01-01T00%3A00%3A00Z/a?x-id=GetObject', 'get', 'main/2026-01-01T00:00:00Z/a'],
    ['PUT /b/main/a', 'put', 'main/a'],
    ['PUT /b/main/a?partNumber=2&uploadId=x', 'part', 'main/a'],
    ['POST /b/?delete', 'delete', ''],
    ['DELETE /b/main/a', 'delete', 'main/a'],
    ['POST /b/main/a?uploads', 'other', 'main/a'],
  ])('%s is %s', (line, kind, key) => {
    expect(readRequest(`${line} HTTP/1.1\r\n\r\n`)).toMatchObject({ kind, key });
  });

  it('tells what makes an object visible: a whole PUT, a copy, and the end of an upload in parts', () => {
    expect(read('PUT /b/a').commits).toBe(true);
    expect(read('PUT /b/a', 'x-amz-copy-source: /s/a')).toMatchObject({ kind: 'copy', commits: true });
    expect(read('POST /b/a?uploadId=x').commits).toBe(true);
    expect(read('PUT /b/a?partNumber=1&uploadId=x').commits).toBe(false);
    expect(read('POST /b/a?uploads').commits).toBe(false);
    expect(read('GET /b/a').commits).toBe(false);
  });
});
