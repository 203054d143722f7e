import type { OperationHandler } from '../exchange.ts';
import type { S3Operation } from '../operation.ts';
import { S3Error } from '../s3-error.ts';
import { createBucket, getBucketLocation, headBucket, listBuckets } from './bucket-operations.ts';
import { completeMultipartUpload } from './complete-multipart-upload.ts';
import { copyObject } from './copy-object.ts';
import { deleteObjects } from './delete-objects.ts';
import { listObjectsV2 } from './list-objects.ts';
import { listMultipartUploads, listParts } from './list-uploads.ts';
import { abortMultipartUpload, createMultipartUpload } from './multipart-upload.ts';
import { getObject, headObject } from './read-object.ts';
import { uploadPart, uploadPartCopy } from './upload-part.ts';
import { deleteObject, putObject } from './write-object.ts';

/** What answers each operation. */
export const HANDLERS: Readonly<Record<S3Operation, OperationHandler>> = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  GetBucketLocation: getBucketLocation,
  ListObjectsV2: listObjectsV2,
  ListMultipartUploads: listMultipartUploads,
  DeleteObjects: deleteObjects,
  GetObject: getObject,
  HeadObject: headObject,
  PutObject: putObject,
  CopyObject: copyObject,
  DeleteObject: deleteObject,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  ListParts: listParts,
  Unsupported: ({ request }) => {
    if (!['GET', 'HEAD', 'PUT', 'POST', 'DELETE'].includes(request.method)) {
      throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
        Method: request.method,
      });
    }
    throw new S3Error('NotImplemented', 'A header or query you provided implies functionality that is not implemented.');
  },
};
