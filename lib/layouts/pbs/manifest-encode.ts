import { canonicalJson, sortKeys } from './canonical-json.ts';
import { authTag } from './crypt-key.ts';
import { encodeBlob } from './data-blob.ts';
import type { CryptKey } from './crypt-key.ts';
import type { Manifest, ManifestContent } from './manifest-content.ts';

/** `index.json.blob` as PBS writes it: a compressed blob around JSON for people, its keys sorted. */
export function encodeManifest(content: ManifestContent): Buffer {
  const { signature = null, unprotected } = content;
  const document = { ...protectedPart(content), signature, unprotected };
  return encodeBlob(Buffer.from(JSON.stringify(sortKeys(document), undefined, 2)));
}

/** The same content signed with `key`, as a client with that key writes it (facts/pbs.md 1.7). */
export function signManifest<Content extends ManifestContent>(content: Content, key: CryptKey): Content {
  const signature = sign(canonicalJson(protectedPart(content)), key);
  return { ...content, signature, unprotected: { ...content.unprotected, 'key-fingerprint': key.fingerprint } };
}

/** Whether the signature is the one that `key` gives. False for a manifest without one. */
export function isSignedBy(manifest: Manifest, key: CryptKey): boolean {
  return manifest.signature !== undefined && manifest.signature === sign(manifest.signedPart(), key);
}

function sign(text: string, key: CryptKey): string {
  return authTag(text, key).toString('hex');
}

function protectedPart(content: ManifestContent): Record<string, unknown> {
  return {
    'backup-type': content.type,
    'backup-id': content.id,
    'backup-time': content.time,
    files: content.files.map((file) => ({
      filename: file.name,
      'crypt-mode': file.cryptMode,
      csum: file.checksum,
      size: file.size,
    })),
  };
}
