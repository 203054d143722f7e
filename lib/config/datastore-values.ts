import type { DatastoreLocation, FrameRate } from '../datastore/location.ts';
import { parseHumanByte } from '../datastore/human-byte.ts';
import { parseTimeFrame } from '../calendar/time-frame.ts';
import type { DatastoreDocument } from './datastore-schema.ts';
import { camelKeys, omitKeys } from './spelling.ts';

/** A datastore as the use cases know it, from a document that has passed its schema. */
export function parseDatastore(document: DatastoreDocument): DatastoreLocation {
  const { rate, timetable } = document;
  return {
    ...camelKeys(omitKeys(document, ['rate', 'timetable'])),
    ...(rate === undefined ? {} : { rate: parseBytes(rate) }),
    ...(timetable === undefined
      ? {}
      : {
          timetable: timetable.map((entry) => ({
            frame: read(parseTimeFrame(entry.timeframe)),
            rate: parseFrameRate(entry.rate),
          })),
        }),
  };
}

export function parseBytes(value: string | number): number {
  return read(parseHumanByte(value)).bytes;
}

export function parseFrameRate(value: string | number): FrameRate {
  return value === 'unlimited' ? value : parseBytes(value);
}

/** What has passed its schema. */
export function read<T extends object>(result: T | { readonly problem: string }): T {
  if ('problem' in result) throw new Error(`a value passed its schema although it ${result.problem}`);
  return result;
}
