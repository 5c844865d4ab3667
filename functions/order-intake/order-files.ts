import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

/** `imports/<name>.csv` is answered by `results/<name>.csv` and, when all is done, `results/<name>.json`. */
export function resultKeysOf(key: string): { csv: string; summary: string } | undefined {
  const name = /^imports\/(?<name>.+)\.csv$/.exec(key)?.groups?.['name'];
  return name === undefined ? undefined : { csv: `results/${name}.csv`, summary: `results/${name}.json` };
}

/** The bucket into which files of orders are dropped. */
export const createOrderFiles = (s3: S3Client, Bucket: string) => ({
  /** The object's bytes; undefined if it is gone. */
  async open(Key: string): Promise<Readable | undefined> {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      if (!(Body instanceof Readable)) throw new Error(`${Key} has no body`);
      return Body;
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

  async put(Key: string, Body: string, ContentType: string, sequencer: string): Promise<void> {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType, Metadata: { sequencer } }));
  },
});
