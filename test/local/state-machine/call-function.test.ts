import { describe, expect, it } from 'vitest';
import { TransientError } from '../../../lib/errors.ts';
import type { FunctionHandler } from '../../../lib/local/state-machine/call-function.ts';
import { callFunction } from '../../../lib/local/state-machine/call-function.ts';

describe('callFunction', () => {
  it('passes payload and answer through JSON', async () => {
    let seen: unknown;
    const answer = await callFunction(
      async (payload) => {
        seen = payload;
        return { at: new Date(0), none: undefined };
      },
      { kept: null, none: undefined },
    );
    expect(seen).toEqual({ kept: null });
    expect(Object.keys(seen as object)).toEqual(['kept']);
    expect(answer).toEqual({ Payload: { at: '1970-01-01T00:00:00.000Z' } });
  });

  it('gives null for an answer that is not there, as Lambda does', async () => {
    expect(await callFunction(async () => undefined, {})).toEqual({ Payload: null });
  });

  it('gives an error its name, and type and message as its cause', async () => {
    const thrown = await errorOf(() => Promise.reject(new TransientError('SOURCE_BUSY', 'the source is busy')));
    expect(thrown.name).toBe('TransientError');
    expect(JSON.parse(thrown.message)).toMatchObject({ errorType: 'TransientError', errorMessage: 'the source is busy' });
  });

  it('reports what was thrown and is no error', async () => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- that is the case
    const thrown = await errorOf(() => Promise.reject('odd'));
    expect(JSON.parse(thrown.message)).toMatchObject({ errorType: 'Error', errorMessage: 'odd' });
  });

  it.each([
    ['payload', (big: string) => callFunction(async () => null, { big })],
    ['answer', (big: string) => callFunction(async () => ({ big }), {})],
  ])('takes a %s of 256 KiB and refuses one that is larger', async (_, call) => {
    const room = 256 * 1024 - '{"big":""}'.length;
    await expect(call('x'.repeat(room))).resolves.toBeDefined();
    await expect(call('x'.repeat(room + 1))).rejects.toMatchObject({ name: 'States.DataLimitExceeded' });
  });
});

/** The error that a call of `handler` ends with. */
async function errorOf(handler: FunctionHandler): Promise<Error> {
  try {
    await callFunction(handler, {});
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('no error was thrown');
}
