/** Node's names for a certificate whose authority it does not know (`node:tls`, X509 certificate error codes). */
const UNTRUSTED: ReadonlySet<unknown> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const TRUST =
  'name the PEM file of an authority of your own in NODE_EXTRA_CA_CERTS, or set NODE_USE_SYSTEM_CA=1 where this machine trusts it';

/** An error of a connection: fetch has Node's own as its cause, nodemailer keeps the code of it. */
interface ConnectionError extends Error {
  readonly code?: unknown;
  readonly originalCode?: unknown;
}

/** Why a server was not reached, with what to do where its certificate is not trusted. */
export function networkReason(error: ConnectionError): string {
  const code = error.originalCode ?? error.code;
  if (UNTRUSTED.has(code)) return `its certificate leads to no authority that Node knows (${String(code)}): ${TRUST}`;
  // A host with several addresses fails at each of them.
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  if (cause instanceof Error) return networkReason(cause);
  return error.message || error.name;
}
