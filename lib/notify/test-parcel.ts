import { noFields } from './fields.ts';
import type { Parcel } from './send.ts';

/** A message that says that messages arrive. `now` is epoch milliseconds. */
export function testParcel(target: string, { id, now }: { readonly id: string; readonly now: number }): Parcel {
  const title = `Flotilla test: ${target} is reached`;
  return {
    id: `test/${id}/${target}`,
    message: {
      ...{ title, text: 'This is a test: nothing happened. What Flotilla has to tell comes in this way.' },
      ...{ severity: 'info', state: 'ok', job: 'test', at: new Date(now).toISOString() },
      fields: { ...noFields(), type: 'test', 'job-id': 'test', state: 'ok' },
    },
  };
}
