import { z } from 'zod';
import { LAYOUTS } from '../datastore/location.ts';
import { normaliseEndpoint } from '../datastore/endpoint-space.ts';
import { checkEndpoint } from './endpoint.ts';
import { humanByte } from './amounts.ts';
import * as formats from './formats.ts';
import { omitKeys } from './spelling.ts';
import { datastoreTimetable, timezoneOf } from './timetable-schema.ts';

/** Where it is, in the same words in the configuration file and in the job document. */
const place = {
  id: formats.text(formats.checkDatastoreId, {
    description: 'The name by which jobs and commands call this datastore: 1 to 64 letters, digits, `_`, `.` and `-`.',
    pattern: formats.DATASTORE_ID_PATTERN,
  }),
  layout: z.enum(LAYOUTS).meta({ description: 'What the backups in it are made of.' }),
  bucket: formats.text(formats.checkBucket, { description: 'The bucket that holds it.', pattern: formats.BUCKET_PATTERN }),
  prefix: formats.text(formats.checkPrefix, {
    description:
      "The folder in the bucket, without slashes at its ends; for `pbs` the PBS datastore's name (3 to 32 characters).",
  }),
};

const region = formats.text(formats.checkRegion, {
  description:
    'Left out: `us-east-1` with an endpoint; on AWS `AWS_REGION` of the environment, without which it must be written.',
});

/** How it is reached, in the same words. */
const access = {
  endpoint: formats
    .text(checkEndpoint, {
      description: 'URL of an S3 endpoint, with `https://` (or `http://`, in a network you trust). Left out: AWS.',
      pattern: '^https?://',
    })
    .exactOptional(),
  'path-style': z.boolean().default(false).meta({
    description: 'Whether the bucket stands in the path instead of before the host, as many providers other than AWS want it.',
  }),
  credentials: formats
    .text(formats.checkCredentials, {
      description:
        "Where the keys are: `env:<NAME>`, `profile:<name>` or `secret:<name or ARN>`. Left out: the SDK's default chain (the function's role).",
      pattern: formats.CREDENTIALS_PATTERN,
    })
    .exactOptional(),
};

const fingerprint = formats
  .text(formats.checkFingerprint, {
    description: "SHA-256 of the endpoint's certificate, `AA:BB:..`, as PBS pins one. In the place of `ca-file`.",
    pattern: formats.FINGERPRINT_PATTERN,
  })
  .exactOptional();

const requestRate = z.int().min(1).max(1_000_000);

/** How fast all jobs together may use it, in the same words. */
const limits = {
  rate: humanByte(
    'What all jobs together may read from it and write to it in one second. Left out: no limit. What a provider copies itself does not count.',
  ).exactOptional(),
  timetable: datastoreTimetable.exactOptional(),
  timezone: timezoneOf('`timetable`').exactOptional(),
  'put-rate-limit': requestRate.exactOptional().meta({
    description:
      'How many requests a second all jobs together may send that write: PUT, COPY, POST and DELETE. Left out: no limit.',
  }),
  'get-rate-limit': requestRate.exactOptional().meta({
    description: 'How many requests a second all jobs together may send that read: GET, HEAD and LIST. Left out: no limit.',
  }),
};

/** A datastore as the configuration file says it. */
export const datastoreSchema = z
  .strictObject({
    ...place,
    region: region.exactOptional(),
    ...access,
    'ca-file': z.string().exactOptional().meta({
      description: "PEM file of the authority that signed the endpoint's certificate, from the folder of the configuration file.",
    }),
    fingerprint,
    ...limits,
  })
  .meta({ description: 'Where one datastore is and how it is reached.' });

/** A datastore as it travels in a job document: complete, with its files read in. */
export const datastoreDocumentSchema = z.strictObject({
  ...place,
  region,
  ...access,
  ca: z.string().exactOptional().meta({ description: 'The certificates of `ca-file`, PEM.' }),
  fingerprint,
  ...limits,
});

export type DatastoreEntry = z.output<typeof datastoreSchema>;
export type DatastoreDocument = z.output<typeof datastoreDocumentSchema>;

/** The document of a datastore that has passed its schema; `ca` is the PEM text of its `ca-file`. */
export function datastoreDocument(entry: DatastoreEntry, region: string, ca: string | undefined): DatastoreDocument {
  const { endpoint, fingerprint } = entry;
  return {
    ...omitKeys(entry, ['ca-file', 'endpoint', 'fingerprint']),
    region,
    ...(endpoint === undefined ? {} : { endpoint: normaliseEndpoint(endpoint) }),
    ...(fingerprint === undefined ? {} : { fingerprint: fingerprint.toUpperCase() }),
    ...(ca === undefined ? {} : { ca }),
  };
}
