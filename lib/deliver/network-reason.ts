/** Node's names for a certificate whose authority it does not know (`node:tls`, X509 certificate error codes). */
const UNTRUSTED: ReadonlySet<unknown> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const TRUST =
  'its certificate is of an authority that Node does not know: name the PEM file of that authority in NODE_EXTRA_CA_CERTS, or set NODE_USE_SYSTEM_CA=1 where this machine trusts it';

/** An error of a connection: fetch has Node's own as its cause, nodemailer keeps the code of it. */
interface ConnectionError extends Error {
  readonly code?: unknown;
  readonly originalCode?: unknown;
}

/** Why a server was not reached, with what to do where its certificate is not trusted. */
export function networkReason(error: ConnectionError): string {
  if (UNTRUSTED.has(error.originalCode ?? error.code)) return TRUST;
  // A host with several addresses fails at each of them.
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  if (cause instanceof Error) return networkReason(cause);
  return error.message || error.name;
}
