import { X509Certificate } from 'node:crypto';

/** What was read of a `ca-file`: the PEM of its certificates and nothing else, or what is wrong with it. */
export type CaFile = { readonly ca: string } | { readonly problem: string };

/** Characters of PEM. The job document passes through every state of Step Functions, which carry 256 KiB each. */
const MAX_PEM = 32 * 1024;

/** Checks that a file's text is one or more PEM certificates. */
export function parseCa(text: string): CaFile {
  // The job document shows in the console, so a key that slipped in must not get there.
  if (text.includes('PRIVATE KEY-----')) return { problem: 'holds a private key; give a file with the certificate alone' };
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) return { problem: 'holds no PEM certificate; it begins with -----BEGIN CERTIFICATE-----' };
  const damaged = certificates.findIndex((certificate) => !isCertificate(certificate));
  if (damaged >= 0) return { problem: `holds a certificate that cannot be read (number ${damaged + 1}); export it again as PEM` };
  const ca = `${certificates.join('\n')}\n`;
  if (ca.length > MAX_PEM)
    return { problem: `holds ${certificates.length} certificates; give only the one that signed the endpoint's` };
  return { ca };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
