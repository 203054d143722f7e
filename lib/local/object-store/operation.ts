/** S3's names of the requests this endpoint tells apart; `Unsupported` is every other one. */
export const S3_OPERATIONS = [
  'ListBuckets',
  'CreateBucket',
  'HeadBucket',
  'GetBucketLocation',
  'ListObjectsV2',
  'ListMultipartUploads',
  'DeleteObjects',
  'GetObject',
  'HeadObject',
  'PutObject',
  'CopyObject',
  'DeleteObject',
  'CreateMultipartUpload',
  'UploadPart',
  'UploadPartCopy',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'ListParts',
  'Unsupported',
] as const;

export type S3Operation = (typeof S3_OPERATIONS)[number];

export interface RequestShape {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly copySource: boolean;
}

interface Route {
  readonly operation: S3Operation;
  readonly method: string;
  readonly level: 'service' | 'bucket' | 'object';
  /** Parameters that must be there. */
  readonly query?: readonly string[];
  readonly copySource?: boolean;
}

/** Tried in order: the more particular route of a method and level comes first. */
const ROUTES: readonly Route[] = [
  { operation: 'ListBuckets', method: 'GET', level: 'service' },
  { operation: 'GetBucketLocation', method: 'GET', level: 'bucket', query: ['location'] },
  { operation: 'ListMultipartUploads', method: 'GET', level: 'bucket', query: ['uploads'] },
  { operation: 'ListObjectsV2', method: 'GET', level: 'bucket', query: ['list-type'] },
  { operation: 'HeadBucket', method: 'HEAD', level: 'bucket' },
  { operation: 'CreateBucket', method: 'PUT', level: 'bucket' },
  { operation: 'DeleteObjects', method: 'POST', level: 'bucket', query: ['delete'] },
  { operation: 'ListParts', method: 'GET', level: 'object', query: ['uploadId'] },
  { operation: 'GetObject', method: 'GET', level: 'object' },
  { operation: 'HeadObject', method: 'HEAD', level: 'object' },
  { operation: 'UploadPartCopy', method: 'PUT', level: 'object', query: ['partNumber', 'uploadId'], copySource: true },
  { operation: 'UploadPart', method: 'PUT', level: 'object', query: ['partNumber', 'uploadId'] },
  { operation: 'CopyObject', method: 'PUT', level: 'object', copySource: true },
  { operation: 'PutObject', method: 'PUT', level: 'object' },
  { operation: 'CreateMultipartUpload', method: 'POST', level: 'object', query: ['uploads'] },
  { operation: 'CompleteMultipartUpload', method: 'POST', level: 'object', query: ['uploadId'] },
  { operation: 'AbortMultipartUpload', method: 'DELETE', level: 'object', query: ['uploadId'] },
  { operation: 'DeleteObject', method: 'DELETE', level: 'object' },
];

/** Parameters that make a request about something else than the object or the bucket itself. */
const SUBRESOURCES = [
  ...['accelerate', 'acl', 'analytics', 'attributes', 'cors', 'encryption', 'intelligent-tiering', 'inventory', 'legal-hold'],
  ...[
    'lifecycle',
    'logging',
    'metrics',
    'notification',
    'object-lock',
    'ownershipControls',
    'partNumber',
    'policy',
    'policyStatus',
  ],
  ...[
    'publicAccessBlock',
    'renameObject',
    'replication',
    'requestPayment',
    'restore',
    'retention',
    'select',
    'tagging',
    'torrent',
  ],
  ...['versionId', 'versioning', 'versions', 'website'],
];

export function operationOf(shape: RequestShape): S3Operation {
  const level = shape.bucket === '' ? 'service' : shape.key === '' ? 'bucket' : 'object';
  const route = ROUTES.find(
    (one) =>
      one.method === shape.method &&
      one.level === level &&
      (one.query ?? []).every((name) => shape.query.has(name)) &&
      (one.copySource !== true || shape.copySource),
  );
  if (route === undefined) return 'Unsupported';
  const foreign = SUBRESOURCES.some((name) => shape.query.has(name) && !(route.query ?? []).includes(name));
  return foreign ? 'Unsupported' : route.operation;
}
