/** The layouts a datastore may have. */
export const LAYOUTS = ['pbs'] as const;
export type LayoutName = (typeof LAYOUTS)[number];

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
}
