import { type AwsResponse, AwsError } from '../gateway/aws-call.ts';
import { md5, readBody } from './body.ts';
import type { Uploads } from './multipart.ts';
import type { Notifications, ObjectChange } from './notifications.ts';
import type { S3Request } from './request.ts';
import type { S3Store, StoredObject, WriteCondition } from './store.ts';
import { deletedKeys, xmlResponse } from './xml.ts';

export type Parts = { store: S3Store; uploads: Uploads; notifications: Notifications; now: () => number };

const keptHeaders = new Set(['cache-control', 'content-disposition', 'content-language', 'content-type', 'expires']);
const longestKeyBytes = 1024;

/** Headers that are stored with the object. */
export function storedHeaders(headers: Record<string, string | undefined>): Record<string, string> {
  const encoding = headers['content-encoding']
    ?.split(',')
    .map((each) => each.trim())
    .filter((each) => each !== 'aws-chunked')
    .join(',');
  const kept = Object.entries(headers).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (keptHeaders.has(entry[0]) || entry[0].startsWith('x-amz-meta-')),
  );
  return {
    'content-type': 'binary/octet-stream',
    ...Object.fromEntries(kept),
    ...(encoding && { 'content-encoding': encoding }),
  };
}

const conditionOf = ({ call: { headers } }: S3Request): WriteCondition => ({
  ifNoneMatch: headers['if-none-match'],
  ifMatch: headers['if-match'],
});

/** Throws AwsError `KeyTooLongError`. */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > longestKeyBytes) throw new AwsError('KeyTooLongError', 'Your key is too long');
}

const noSuchKey = () => new AwsError('NoSuchKey', 'The specified key does not exist.', 404);

/** Stores the object under the request's condition, and sends its notification. */
export function commit(
  request: S3Request,
  object: StoredObject,
  kind: ObjectChange['kind'],
  parts: Parts,
  alongside = () => {},
): void {
  const { store, notifications } = parts;
  const { bucket, key } = request;
  try {
    store.put(bucket, object, conditionOf(request), () => {
      alongside();
      notifications.record({ bucket, key, kind, size: object.size, etag: object.etag });
    });
  } catch (error) {
    store.discard(object.file);
    throw error;
  }
  notifications.send();
}

export async function putObject(request: S3Request, parts: Parts): Promise<AwsResponse> {
  const { key, call } = request;
  checkKey(key);
  const { bytes, checksum } = readBody(call);
  const file = await parts.store.keep(bytes);
  const etag = md5(bytes).toString('hex');
  const headers = { ...storedHeaders(call.headers), ...checksum };
  commit(request, { key, file, size: bytes.length, etag, modified: parts.now(), headers }, 'Put', parts);
  return { status: 200, headers: { etag: `"${etag}"`, ...checksum }, body: '' };
}

export async function copyObject(request: S3Request, parts: Parts): Promise<AwsResponse> {
  const { key, call } = request;
  checkKey(key);
  const { object: source, bytes } = await sourceOf(request, parts);
  const replaces = call.headers['x-amz-metadata-directive'] === 'REPLACE';
  if (!replaces && request.copySource?.bucket === request.bucket && request.copySource.key === key) {
    throw new AwsError(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata.",
    );
  }
  const etag = md5(bytes).toString('hex');
  const modified = parts.now();
  const headers = replaces ? storedHeaders(call.headers) : source.headers;
  const file = await parts.store.keep(bytes);
  commit(request, { key, file, size: bytes.length, etag, modified, headers }, 'Copy', parts);
  return xmlResponse('CopyObjectResult', [
    ['LastModified', new Date(modified).toISOString()],
    ['ETag', `"${etag}"`],
  ]);
}

/** The source object of a copy. Throws AwsError. */
export async function sourceOf({ copySource, call }: S3Request, { store }: Parts) {
  const unknown = Object.keys(call.headers).find((name) => /^x-amz-copy-source-(if|server)/.test(name));
  if (unknown) throw new AwsError('NotImplemented', `The local engine does not support the S3 header ${unknown}.`, 501);
  const found = copySource && (await store.read(copySource.bucket, copySource.key));
  if (!found) throw noSuchKey();
  return found;
}

export function deleteObject(request: S3Request, parts: Parts): AwsResponse {
  remove(request, request.key, conditionOf(request), parts);
  return { status: 204, headers: {}, body: '' };
}

export function deleteObjects(request: S3Request, parts: Parts): AwsResponse {
  const { keys, isQuiet } = deletedKeys(request.call.body);
  for (const key of keys) remove(request, key, {}, parts);
  return xmlResponse('DeleteResult', isQuiet ? [] : keys.map((key) => ['Deleted', [['Key', key]]]));
}

function remove({ bucket }: S3Request, key: string, condition: WriteCondition, { store, notifications }: Parts): void {
  store.delete(bucket, key, condition, () => notifications.record({ bucket, key, kind: 'Delete' }));
  notifications.send();
}
