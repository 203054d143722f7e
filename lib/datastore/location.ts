import type { TimeFrame } from '../calendar/time-frame.ts';

/** The layouts a datastore may have. */
export const LAYOUTS = ['pbs'] as const;
export type LayoutName = (typeof LAYOUTS)[number];

/** Bytes a second, or that there is no limit. */
export type FrameRate = number | 'unlimited';

/**
 * Where one datastore is and how it is reached, as the configuration file says it, its files read in.
 * `credentials` is `env:<NAME>`, `profile:<name>` or `secret:<name or ARN>`; absent: the SDK's default chain.
 */
export interface DatastoreLocation {
  readonly id: string;
  readonly layout: LayoutName;
  readonly bucket: string;
  /** Key prefix without slashes at its ends; for `pbs` the PBS datastore's name. */
  readonly prefix: string;
  readonly region: string;
  /** URL of an S3 endpoint other than AWS. */
  readonly endpoint?: string;
  readonly pathStyle: boolean;
  readonly credentials?: string;
  /** PEM of the certificate authority that signed the endpoint's certificate. */
  readonly ca?: string;
  /** SHA-256 of the endpoint's certificate, `AA:BB:..`, as PBS pins one. */
  readonly fingerprint?: string;
  /** Bytes a second that all jobs together may read from it and write to it. */
  readonly rate?: number;
  /** The first entry whose frame it is holds in place of `rate`. */
  readonly timetable?: readonly { readonly frame: TimeFrame; readonly rate: FrameRate }[];
  /** IANA name of the time zone of `timetable`; absent: UTC. */
  readonly timezone?: string;
  /** Requests a second of all jobs together that write: PUT, COPY, POST and DELETE. */
  readonly putRateLimit?: number;
  /** Requests a second of all jobs together that read: GET, HEAD and LIST. */
  readonly getRateLimit?: number;
}
