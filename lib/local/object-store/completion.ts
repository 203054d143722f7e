import { CHECKSUM_ALGORITHMS } from './checksum.ts';
import { unquote } from './conditions.ts';
import { S3Error } from './s3-error.ts';
import type { Upload, UploadedPart } from './uploads.ts';
import { childText, malformed, parseXml } from './xml.ts';
import type { XmlElement } from './xml.ts';

const MAX_PARTS = 10_000;
/** Every part but the last is at least this long. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

/** The parts that a CompleteMultipartUpload document lists, in its order; refuses what S3 refuses. */
export function completedParts(text: string, upload: Upload, uploaded: readonly UploadedPart[]): UploadedPart[] {
  const document = parseXml(text);
  const listed = document.children.filter((child) => child.name === 'Part');
  if (document.name !== 'CompleteMultipartUpload' || listed.length === 0 || listed.length > MAX_PARTS) throw malformed();
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  const parts: UploadedPart[] = [];
  for (const element of listed) {
    const number = Number(childText(element, 'PartNumber'));
    if (!(number > (parts.at(-1)?.number ?? 0))) {
      throw new S3Error(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
      );
    }
    parts.push(requirePart(element, byNumber.get(number), upload));
  }
  requireSizes(parts);
  return parts;
}

function requirePart(element: XmlElement, part: UploadedPart | undefined, upload: Upload): UploadedPart {
  const etag = unquote(childText(element, 'ETag') ?? '');
  const number = childText(element, 'PartNumber') ?? '';
  if (part === undefined || part.etag !== etag || !checksumsAgree(element, part)) {
    const message =
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
    throw new S3Error('InvalidPart', message, { UploadId: upload.id, PartNumber: number, ETag: etag });
  }
  const declared = upload.checksum;
  if (declared?.type === 'COMPOSITE' && childText(element, `Checksum${declared.algorithm.toUpperCase()}`) === undefined) {
    const message = `The upload was created using a ${declared.algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`;
    throw new S3Error('InvalidRequest', message);
  }
  return part;
}

function checksumsAgree(element: XmlElement, part: UploadedPart): boolean {
  return CHECKSUM_ALGORITHMS.every((algorithm) => {
    const listed = childText(element, `Checksum${algorithm.toUpperCase()}`);
    return listed === undefined || listed === part.checksums[algorithm];
  });
}

function requireSizes(parts: readonly UploadedPart[]): void {
  const small = parts.slice(0, -1).find((part) => part.size < MIN_PART_BYTES);
  if (small === undefined) return;
  throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
    ProposedSize: String(small.size),
    MinSizeAllowed: String(MIN_PART_BYTES),
    PartNumber: String(small.number),
    ETag: small.etag,
  });
}
