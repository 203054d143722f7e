import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { parseError } from '../../lib/s3/error-answer.ts';

const parse = (text: string) => parseError(Buffer.from(text));

describe('parseError', () => {
  it('reads what S3 says, whatever else it says', () => {
    const said = parse(`<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>a/b</Key><RequestId>1</RequestId></Error>
`);
    expect(said).toEqual({ code: 'NoSuchKey', message: 'The specified key does not exist.' });
  });

  it('reads it with a namespace, a byte order mark, elements in elements and a region', () => {
    const text = `\ufeff<Error xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Code> AccessDenied </Code><Details><Code>Inner</Code></Details><Region>eu-west-1</Region></Error>`;
    expect(parse(text)).toEqual({ code: 'AccessDenied', message: '', region: 'eu-west-1' });
  });

  it('decodes what XML encodes', () => {
    const said = parse(
      '<Error><Code>A</Code><Message>&lt;a&gt; &amp;amp; &quot;&apos; &#233;&#xe9; &what; &#x110000;</Message></Error>',
    );
    expect(said?.message).toBe(`<a> &amp; "' éé &what; &#x110000;`);
  });

  it.each([
    '',
    'not found',
    '<html><body>nginx</body></html>',
    '<Error>',
    '<Error></Error>',
    '<Error><Code></Code></Error>',
    '<Error><Code>NoSuchKey</Code>',
    '<Error><Code>NoSuchKey</Error>',
    '<html><Error><Code>NoSuchKey</Code></Error></html>',
    '<ListBucketResult><Code>NoSuchKey</Code></ListBucketResult>',
    '<Error><Code>NoSuchKey</Code></Error><html></html>',
  ])('takes nothing from %j', (text) => {
    expect(parse(text)).toBeUndefined();
  });

  it('takes nothing from a document that was cut off', () => {
    const whole = '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>m</Message></Error>';
    fc.assert(fc.property(fc.nat(whole.length - 1), (length) => parse(whole.slice(0, length)) === undefined));
  });
});
