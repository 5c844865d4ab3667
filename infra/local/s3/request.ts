import { type AwsCall, AwsError, type Permission } from '../gateway/aws-call.ts';
import type { S3Store } from './store.ts';
import { deletedKeys } from './xml.ts';

export type S3Operation =
  | 'ListBuckets'
  | 'HeadBucket'
  | 'ListObjects'
  | 'GetBucketLocation'
  | 'GetBucketVersioning'
  | 'ListMultipartUploads'
  | 'DeleteObjects'
  | 'GetObject'
  | 'HeadObject'
  | 'PutObject'
  | 'CopyObject'
  | 'DeleteObject'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'UploadPartCopy'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'ListParts';

/** A parsed S3 call, in path style or virtual-hosted style. */
export type S3Request = {
  operation: S3Operation;
  bucket: string;
  key: string;
  copySource?: { bucket: string; key: string };
  call: AwsCall;
};

/** Supported query parameters, and those of signatures and SDKs. Those of presigned URLs have headers in the query. */
const known = [
  /^x-amz-checksum-mode$/,
  /^(X-Amz-.*|x-id|response-.*|delete|location|versioning|uploads|uploadId|partNumber)$/,
  /^(list-type|prefix|delimiter|max-keys|continuation-token|start-after|marker|encoding-type|fetch-owner)$/,
  /^(max-parts|part-number-marker|max-uploads|key-marker|upload-id-marker)$/,
];
const refusedHeaders = ['x-amz-tagging', 'x-amz-server-side-encryption-customer-algorithm', 'x-amz-object-lock-mode'];

const notImplemented = (what: string) =>
  new AwsError('NotImplemented', `The local engine does not support ${what}.`, 501);

/** Parses bucket, key and operation. Throws AwsError `NotImplemented` for an unsupported call. */
export function readRequest(call: AwsCall, buckets: ReadonlySet<string>): S3Request {
  const { bucket, key } = addressed(call, buckets);
  for (const name of call.query.keys()) {
    if (!known.some((names) => names.test(name))) throw notImplemented(`S3 ${call.method} ?${name}`);
  }
  for (const name of refusedHeaders) if (call.headers[name] !== undefined) throw notImplemented(`S3 header ${name}`);
  const copy = call.headers['x-amz-copy-source'];
  const operation = key ? objectOperation(call, copy !== undefined) : bucketOperation(call, bucket);
  return { operation, bucket, key, call, ...(copy !== undefined && { copySource: copySourceOf(copy) }) };
}

/** Path style, or virtual-hosted style (`bucket.localhost`, `bucket.s3.localhost`). */
function addressed({ path, headers }: AwsCall, buckets: ReadonlySet<string>): { bucket: string; key: string } {
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  const [first = '', ...rest] = path.slice(1).split('/');
  const named = [...buckets].filter((name) => host.startsWith(`${name}.`)).sort((a, b) => b.length - a.length)[0];
  const label = named ?? /^(?!s3\.)(.+?)(?:\.s3[a-z0-9.-]*)?\.localhost$/.exec(host)?.[1];
  return label === undefined
    ? { bucket: decode(first), key: decode(rest.join('/')) }
    : { bucket: label, key: decode(path.slice(1)) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  }
}

function copySourceOf(header: string) {
  const [bucket = '', ...key] = decode(header.replace(/^\//, '')).split('/');
  if (!bucket || key.length === 0 || header.includes('?versionId=')) {
    throw new AwsError('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  }
  return { bucket, key: key.join('/') };
}

function bucketOperation({ method, query }: AwsCall, bucket: string): S3Operation {
  if (method === 'HEAD' && bucket) return 'HeadBucket';
  if (method === 'POST' && query.has('delete')) return 'DeleteObjects';
  if (method === 'GET' && !bucket) return 'ListBuckets';
  if (method === 'GET' && query.has('location')) return 'GetBucketLocation';
  if (method === 'GET' && query.has('versioning')) return 'GetBucketVersioning';
  if (method === 'GET' && query.has('uploads')) return 'ListMultipartUploads';
  if (method === 'GET') return 'ListObjects';
  throw notImplemented(`S3 ${method} of a bucket`);
}

function objectOperation({ method, query }: AwsCall, copies: boolean): S3Operation {
  const upload = query.has('uploadId');
  if (method === 'GET' && !upload && !query.has('partNumber')) return 'GetObject';
  if (method === 'GET' && upload) return 'ListParts';
  if (method === 'HEAD' && !query.has('partNumber')) return 'HeadObject';
  if (method === 'PUT' && upload && query.has('partNumber')) return copies ? 'UploadPartCopy' : 'UploadPart';
  if (method === 'PUT' && !upload) return copies ? 'CopyObject' : 'PutObject';
  if (method === 'POST' && query.has('uploads')) return 'CreateMultipartUpload';
  if (method === 'POST' && upload) return 'CompleteMultipartUpload';
  if (method === 'DELETE') return upload ? 'AbortMultipartUpload' : 'DeleteObject';
  throw notImplemented(`S3 ${method} of an object ?${[...query.keys()].join('&')}`);
}

const actions: Record<
  Exclude<S3Operation, 'ListBuckets' | 'DeleteObjects'>,
  { on: 'bucket' | 'object'; action: string }
> = {
  HeadBucket: { on: 'bucket', action: 'ListBucket' },
  ListObjects: { on: 'bucket', action: 'ListBucket' },
  GetBucketLocation: { on: 'bucket', action: 'GetBucketLocation' },
  GetBucketVersioning: { on: 'bucket', action: 'GetBucketVersioning' },
  ListMultipartUploads: { on: 'bucket', action: 'ListBucketMultipartUploads' },
  GetObject: { on: 'object', action: 'GetObject' },
  HeadObject: { on: 'object', action: 'GetObject' },
  PutObject: { on: 'object', action: 'PutObject' },
  CopyObject: { on: 'object', action: 'PutObject' },
  DeleteObject: { on: 'object', action: 'DeleteObject' },
  CreateMultipartUpload: { on: 'object', action: 'PutObject' },
  UploadPart: { on: 'object', action: 'PutObject' },
  UploadPartCopy: { on: 'object', action: 'PutObject' },
  CompleteMultipartUpload: { on: 'object', action: 'PutObject' },
  AbortMultipartUpload: { on: 'object', action: 'AbortMultipartUpload' },
  ListParts: { on: 'object', action: 'ListMultipartUploadParts' },
};

/** Source: Service Authorization Reference, Amazon S3, and "Required permissions for Amazon S3 API operations". */
export function permissionsOf({ operation, bucket, key, copySource, call }: S3Request): Permission[] {
  const arn = `arn:aws:s3:::${bucket}`;
  if (operation === 'ListBuckets') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  if (operation === 'DeleteObjects') {
    return deletedKeys(call.body).keys.map((each) => ({ action: 's3:DeleteObject', resource: `${arn}/${each}` }));
  }
  const { on, action } = actions[operation];
  const prefix = operation === 'ListObjects' ? call.query.get('prefix') : null;
  const permission = {
    action: `s3:${action}`,
    resource: on === 'bucket' ? arn : `${arn}/${key}`,
    ...(prefix !== null && { context: { 's3:prefix': prefix } }),
  };
  if (!copySource) return [permission];
  return [{ action: 's3:GetObject', resource: `arn:aws:s3:::${copySource.bucket}/${copySource.key}` }, permission];
}

/**
 * Whether an object exists is shown only to callers that can list the bucket; others get 403 instead of 404. Source:
 * GetObject and HeadObject API reference, Permissions. A condition on `s3:prefix` has no value in these requests.
 */
export function permissionsOfMissing(
  { operation, bucket, key }: S3Request,
  store: Pick<S3Store, 'find'>,
): Permission[] {
  if (operation !== 'GetObject' && operation !== 'HeadObject') return [];
  return store.find(bucket, key) ? [] : [{ action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` }];
}
