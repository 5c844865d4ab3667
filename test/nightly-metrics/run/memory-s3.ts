import { createHash } from 'node:crypto';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3';

const pageSize = 2;

/** Buckets in memory with two keys per listing page. `ignoresConditions` ignores If-Match and If-None-Match. */
export function memoryS3({ ignoresConditions = false } = {}) {
  const objects = new Map<string, Buffer>();
  const metadata = new Map<string, Record<string, string>>();
  /** Keys in the order of the writes. */
  const writes: string[] = [];

  let putsLeft = Infinity;

  const put = ({ input }: PutObjectCommand) => {
    putsLeft -= 1;
    if (putsLeft < 0) throw new Error('the bucket is gone');
    const key = `${input.Bucket}/${input.Key}`;
    const etag = etagOf(objects.get(key));
    const isRefused = (input.IfNoneMatch && etag !== undefined) || (input.IfMatch && etag !== input.IfMatch);
    if (isRefused && !ignoresConditions) throw refusal();
    objects.set(key, Buffer.from(input.Body as string));
    metadata.set(key, input.Metadata ?? {});
    writes.push(key);
    return {};
  };
  const get = ({ input }: GetObjectCommand) => {
    const content = objects.get(`${input.Bucket}/${input.Key}`);
    if (!content) throw new NoSuchKey({ message: 'no such key', $metadata: {} });
    const Body = {
      transformToByteArray: () => Promise.resolve(content),
      transformToString: () => Promise.resolve(content.toString()),
      transformToWebStream: () => new Blob([new Uint8Array(content)]).stream(),
    };
    return { Body, ETag: etagOf(content) };
  };
  const head = ({ input }: HeadObjectCommand) => {
    const key = `${input.Bucket}/${input.Key}`;
    if (!objects.has(key)) throw new NotFound({ message: 'not found', $metadata: {} });
    return { ETag: etagOf(objects.get(key)), Metadata: metadata.get(key) };
  };
  const list = ({ input }: ListObjectsV2Command) => {
    const prefix = `${input.Bucket}/${input.Prefix}`;
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    if (input.Delimiter !== undefined) {
      const folders = new Set(keys.map((key) => key.slice(0, key.indexOf('/', prefix.length) + 1)));
      return { CommonPrefixes: [...folders].map((key) => ({ Prefix: key.slice(`${input.Bucket}/`.length) })) };
    }
    const from = Number(input.ContinuationToken ?? 0);
    const Contents = keys
      .slice(from, from + pageSize)
      .map((key) => ({ Key: key.slice(`${input.Bucket}/`.length), ETag: etagOf(objects.get(key)) }));
    const next = from + pageSize < keys.length ? String(from + pageSize) : undefined;
    return { Contents, NextContinuationToken: next };
  };
  const client = {
    send: async (command: unknown) => {
      if (command instanceof PutObjectCommand) return put(command);
      if (command instanceof GetObjectCommand) return get(command);
      if (command instanceof HeadObjectCommand) return head(command);
      if (command instanceof ListObjectsV2Command) return list(command);
      throw new Error('The bucket does not support this command.');
    },
  } as unknown as S3Client;
  return {
    client,
    objects,
    writes,
    /** Every write after this many fails. */
    failAfter: (puts: number) => void (putsLeft = puts),
    json: (key: string) => JSON.parse(objects.get(key)?.toString() ?? 'null') as unknown,
    text: (key: string) => objects.get(key)?.toString(),
  };
}

const etagOf = (content: Buffer | undefined) => content && `"${createHash('md5').update(content).digest('hex')}"`;

const refusal = () =>
  new S3ServiceException({ name: 'PreconditionFailed', $fault: 'client', message: 'precondition', $metadata: {} });
