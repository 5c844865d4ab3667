import { type AwsResponse, type AwsCall, AwsError, type AwsService } from '../gateway/aws-call.ts';
import type { Deliver, LocalContext, Running, Support } from '../context.ts';
import { listBuckets, listObjects } from './listing.ts';
import { openUploads } from './multipart.ts';
import { createNotifications } from './notifications.ts';
import * as objects from './objects.ts';
import { getObject, headObject } from './read.ts';
import { permissionsOf, permissionsOfMissing, readRequest, type S3Operation, type S3Request } from './request.ts';
import { openS3Store } from './store.ts';
import { abortUpload, completeUpload, createUpload, listParts, listUploads, uploadPart } from './uploads.ts';
import { errorResponse, xmlResponse } from './xml.ts';

export const supports: Support = {
  'AWS::S3::Bucket': {
    effective: ['BucketName', 'NotificationConfiguration'],
    // Encryption, public access and logs concern the deployed bucket. The engine keeps the latest version only, refuses
    // calls with a version, and expires no objects.
    inert: [
      'AccessControl',
      'BucketEncryption',
      'LifecycleConfiguration',
      'LoggingConfiguration',
      'OwnershipControls',
      'PublicAccessBlockConfiguration',
      'Tags',
      'VersioningConfiguration',
    ],
  },
  // The roles' policies decide; bucket policies of the CDK only require encrypted transport.
  'AWS::S3::BucketPolicy': { effective: [], inert: ['Bucket', 'PolicyDocument'] },
  'Custom::S3BucketNotifications': {
    effective: ['BucketName', 'NotificationConfiguration'],
    inert: ['Managed', 'ServiceToken', 'SkipDestinationValidation'],
  },
  'Custom::S3AutoDeleteObjects': { effective: [], inert: ['BucketName', 'ServiceToken'] },
};

/**
 * The template's buckets, durable in the state directory, with conditional writes, multipart uploads and durable
 * notifications. Unsupported calls return `NotImplemented`. Throws StartError.
 */
export async function startS3(context: LocalContext, { deliver }: { deliver: Deliver }): Promise<AwsService & Running> {
  const { template } = context;
  const store = await openS3Store(context);
  const uploads = openUploads(context, store);
  const notifications = createNotifications(context, deliver);
  for (const { name } of template.ofType('AWS::S3::Bucket')) store.createBucket(name);
  const buckets = new Set(store.buckets().map(({ name }) => name));
  const parts: objects.Parts = { store, uploads, notifications, now: context.now };
  notifications.send();

  const handlers: Record<S3Operation, (request: S3Request) => AwsResponse | Promise<AwsResponse>> = {
    ListBuckets: () => listBuckets(store.buckets()),
    HeadBucket: () => ({ status: 200, headers: { 'x-amz-bucket-region': template.region }, body: '' }),
    GetBucketLocation: () => xmlResponse('LocationConstraint', template.region),
    GetBucketVersioning: () => xmlResponse('VersioningConfiguration', []),
    ListObjects: (request) => listObjects(request, store),
    GetObject: (request) => getObject(request, store),
    HeadObject: (request) => headObject(request, store),
    PutObject: (request) => objects.putObject(request, parts),
    CopyObject: (request) => objects.copyObject(request, parts),
    DeleteObject: (request) => objects.deleteObject(request, parts),
    DeleteObjects: (request) => objects.deleteObjects(request, parts),
    CreateMultipartUpload: (request) => createUpload(request, parts),
    UploadPart: (request) => uploadPart(request, parts),
    UploadPartCopy: (request) => uploadPart(request, parts),
    CompleteMultipartUpload: (request) => completeUpload(request, parts),
    AbortMultipartUpload: (request) => abortUpload(request, parts),
    ListParts: (request) => listParts(request, parts),
    ListMultipartUploads: (request) => listUploads(request, parts),
  };

  const handle = async (call: AwsCall): Promise<AwsResponse> => {
    try {
      const request = readRequest(call, buckets);
      if (request.bucket && !buckets.has(request.bucket)) {
        throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
      }
      return await handlers[request.operation](request);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const failed = errorResponse(error, call.path);
      return call.method === 'HEAD' ? { ...failed, body: '' } : failed;
    }
  };

  return {
    permissions: (call) => {
      const request = readRequest(call, buckets);
      return [...permissionsOf(request), ...permissionsOfMissing(request, store)];
    },
    handle,
    pending: notifications.pending,
    stop: notifications.stop,
  };
}
