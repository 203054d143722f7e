import type { HttpAnswer } from './http/response-reader.ts';

/** What a provider answered instead of doing it, in the form that the SDK gives to such answers. */
export class ErrorAnswer extends Error {
  readonly Region?: string;
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId?: string; readonly clockSkewCorrected?: boolean };
  readonly $response: { readonly headers: Readonly<Record<string, string>> };

  constructor(answer: HttpAnswer, clockSkewCorrected: boolean) {
    const said = parseError(answer.body);
    super(said?.message ?? '');
    this.name = said?.code ?? (isSkewed(answer, clockSkewCorrected) ? 'RequestTimeTooSkewed' : 'UnknownError');
    if (said?.region !== undefined) this.Region = said.region;
    const requestId = answer.headers['x-amz-request-id'];
    this.$metadata = {
      httpStatusCode: answer.status,
      ...(requestId === undefined ? {} : { requestId }),
      ...(clockSkewCorrected ? { clockSkewCorrected } : {}),
    };
    this.$response = { headers: answer.headers };
  }
}

/** A HEAD's 403 has no body that says why; where the clocks differ, that is why. */
function isSkewed({ status, body }: HttpAnswer, clockSkewCorrected: boolean): boolean {
  return clockSkewCorrected && status === 403 && body.length === 0;
}

export interface SaidError {
  readonly code: string;
  readonly message: string;
  readonly region?: string;
}

const DOCUMENT = /^\ufeff?\s*(?:<\?xml[^>]*\?>\s*)?<Error(?:\s[^<>]*)?>(.*)<\/Error>\s*$/s;
// An element without elements in it: whatever else a provider nests is stepped over.
const ELEMENT = /<([A-Za-z][\w.-]*)(?:\s[^<>]*)?>([^<]*)<\/\1\s*>/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Code, message and region of S3's error document; undefined when the body is anything else: then only the status is known. */
export function parseError(body: Buffer): SaidError | undefined {
  const [, content] = DOCUMENT.exec(body.toString('utf8')) ?? [];
  if (content === undefined) return undefined;
  const said = new Map<string, string>();
  for (const [, name = '', text = ''] of content.matchAll(ELEMENT)) {
    if (!said.has(name)) said.set(name, decodeText(text.trim()));
  }
  const code = said.get('Code');
  const region = said.get('Region');
  if (!code) return undefined;
  return { code, message: said.get('Message') ?? '', ...(region === undefined ? {} : { region }) };
}

function decodeText(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const point = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
