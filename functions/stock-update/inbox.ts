import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Summary } from './result-file.ts';

const keyPattern = /^movements\/(?<name>.+)\.csv$/;

/** `movements/<name>.csv` is answered by `results/<name>.csv` and, when all is done, `results/<name>.json`. */
export function resultKeysOf(key: string): { csv: string; summary: string } | undefined {
  const name = keyPattern.exec(key)?.groups?.['name'];
  return name === undefined ? undefined : { csv: `results/${name}.csv`, summary: `results/${name}.json` };
}

/** The bucket into which files of movements are dropped. */
export const createInbox = (s3: S3Client, Bucket: string) => ({
  /** The object's text as a stream, with its metadata; undefined if it is gone. */
  async open(Key: string): Promise<{ body: Readable; metadata: Record<string, string> } | undefined> {
    try {
      const { Body, Metadata = {} } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      if (!(Body instanceof Readable)) throw new Error(`${Key} has no body`);
      return { body: Body, metadata: Metadata };
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  },

  /** Which upload the summary under this key answers; see `sequencer` of S3's events. */
  async answered(Key: string): Promise<string | undefined> {
    try {
      return (await s3.send(new HeadObjectCommand({ Bucket, Key }))).Metadata?.['sequencer'];
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  },

  async putResult(Key: string, path: string, bytes: number): Promise<void> {
    const ContentType = 'text/csv; charset=utf-8';
    await s3.send(
      new PutObjectCommand({ Bucket, Key, Body: createReadStream(path), ContentLength: bytes, ContentType }),
    );
  },

  async putSummary(Key: string, summary: Summary & { file: string }, sequencer: string): Promise<void> {
    const Body = `${JSON.stringify(summary, undefined, 2)}\n`;
    await s3.send(
      new PutObjectCommand({ Bucket, Key, Body, ContentType: 'application/json', Metadata: { sequencer } }),
    );
  },
});
export type Inbox = ReturnType<typeof createInbox>;
