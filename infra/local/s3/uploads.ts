import { type AwsResponse, AwsError } from '../gateway/aws-call.ts';
import { md5, readBody } from './body.ts';
import { chosenParts, etagOfParts } from './multipart.ts';
import { checkKey, commit, type Parts, sourceOf, storedHeaders } from './objects.ts';
import type { S3Request } from './request.ts';
import { completedParts, type Element, xmlResponse } from './xml.ts';

export function createUpload({ bucket, key, call }: S3Request, { uploads }: Parts): AwsResponse {
  checkKey(key);
  const id = uploads.create(bucket, key, storedHeaders(call.headers));
  return xmlResponse('InitiateMultipartUploadResult', [
    ['Bucket', bucket],
    ['Key', key],
    ['UploadId', id],
  ]);
}

const uploadOf = ({ bucket, key, call }: S3Request, { uploads }: Parts) =>
  uploads.find(call.query.get('uploadId') ?? '', bucket, key);

export async function uploadPart(request: S3Request, parts: Parts): Promise<AwsResponse> {
  const upload = uploadOf(request, parts);
  const isCopy = request.operation === 'UploadPartCopy';
  const { bytes, checksum } = isCopy ? await copiedPart(request, parts) : readBody(request.call);
  const etag = md5(bytes).toString('hex');
  const modified = parts.now();
  const file = await parts.store.keep(bytes);
  try {
    const number = Number(request.call.query.get('partNumber'));
    parts.uploads.putPart(upload, { number, file, size: bytes.length, etag, modified });
  } catch (error) {
    parts.store.discard(file);
    throw error;
  }
  if (!isCopy) return { status: 200, headers: { etag: `"${etag}"`, ...checksum }, body: '' };
  return xmlResponse('CopyPartResult', [
    ['LastModified', new Date(modified).toISOString()],
    ['ETag', `"${etag}"`],
  ]);
}

async function copiedPart(request: S3Request, parts: Parts) {
  const { bytes } = await sourceOf(request, parts);
  const range = request.call.headers['x-amz-copy-source-range'];
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (range !== undefined && (first === undefined || Number(last) >= bytes.length || Number(first) > Number(last))) {
    throw new AwsError('InvalidArgument', 'The x-amz-copy-source-range value must be of the form bytes=first-last');
  }
  return { bytes: range === undefined ? bytes : bytes.subarray(Number(first), Number(last) + 1), checksum: {} };
}

export async function completeUpload(request: S3Request, parts: Parts): Promise<AwsResponse> {
  const { bucket, key, call } = request;
  const upload = uploadOf(request, parts);
  const chosen = chosenParts(completedParts(call.body), parts.uploads.partsOf(upload.id));
  const etag = etagOfParts(chosen);
  const size = chosen.reduce((sum, part) => sum + part.size, 0);
  const file = await parts.store.join(chosen);
  const object = { key, file, size, etag, modified: parts.now(), headers: upload.headers };
  let used: { file: string }[] = [];
  commit(request, object, 'CompleteMultipartUpload', parts, () => {
    uploadOf(request, parts);
    used = parts.uploads.forget(upload.id);
  });
  for (const part of used) parts.store.discard(part.file);
  return xmlResponse('CompleteMultipartUploadResult', [
    ['Location', `http://${call.headers.host ?? 'localhost'}/${bucket}/${key}`],
    ['Bucket', bucket],
    ['Key', key],
    ['ETag', `"${etag}"`],
  ]);
}

export function abortUpload({ bucket, key, call }: S3Request, { uploads }: Parts): AwsResponse {
  uploads.abort(call.query.get('uploadId') ?? '', bucket, key);
  return { status: 204, headers: {}, body: '' };
}

export function listParts(request: S3Request, parts: Parts): AwsResponse {
  const upload = uploadOf(request, parts);
  return xmlResponse('ListPartsResult', [
    ['Bucket', upload.bucket],
    ['Key', upload.key],
    ['UploadId', upload.id],
    ['IsTruncated', false],
    ...parts.uploads.partsOf(upload.id).map(({ number, modified, etag, size }): Element => [
      'Part',
      [
        ['PartNumber', number],
        ['LastModified', new Date(modified).toISOString()],
        ['ETag', `"${etag}"`],
        ['Size', size],
      ],
    ]),
  ]);
}

export function listUploads({ bucket }: S3Request, { uploads }: Parts): AwsResponse {
  return xmlResponse('ListMultipartUploadsResult', [
    ['Bucket', bucket],
    ['IsTruncated', false],
    ...uploads.list(bucket).map(({ key, id, initiated }): Element => [
      'Upload',
      [
        ['Key', key],
        ['UploadId', id],
        ['Initiated', new Date(initiated).toISOString()],
      ],
    ]),
  ]);
}
