import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';

type Place = { Bucket: string; Key: string };

/** An object with its ETag; undefined if the bucket does not have it. */
export async function readObject(
  s3: S3Client,
  place: Place,
): Promise<{ content: Uint8Array; etag: string | undefined } | undefined> {
  try {
    const { Body, ETag: etag } = await s3.send(new GetObjectCommand(place));
    const content = await Body?.transformToByteArray();
    return content && { content, etag };
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

export const jsonOf = (content: Uint8Array): unknown => JSON.parse(Buffer.from(content).toString('utf8'));

const conflictErrors = new Set(['PreconditionFailed', 'ConditionalRequestConflict']);

/**
 * Writes an object if it still has the ETag of `replaces`, or does not exist where `replaces` is undefined. S3 answers 412, or
 * 409 to one of two writes at the same time: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export async function putIfUnchanged(
  s3: S3Client,
  input: PutObjectCommandInput,
  replaces: { etag: string | undefined } | undefined,
): Promise<'done' | 'version-conflict'> {
  const condition = replaces ? (replaces.etag ? { IfMatch: replaces.etag } : {}) : { IfNoneMatch: '*' };
  try {
    await s3.send(new PutObjectCommand({ ...input, ...condition }));
    return 'done';
  } catch (error) {
    if (error instanceof S3ServiceException && conflictErrors.has(error.name)) return 'version-conflict';
    throw error;
  }
}
