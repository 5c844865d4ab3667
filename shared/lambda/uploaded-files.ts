import { Readable } from 'node:stream';
import type { Logger } from '@aws-lambda-powertools/logger';
import {
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import * as z from 'zod';

/** S3 tells EventBridge of an object; `sequencer` grows with each upload under one key, `time` is in whole seconds. */
export const ObjectCreated = z.object({
  time: z.iso.datetime(),
  detail: z.object({ object: z.object({ key: z.string(), sequencer: z.string() }) }),
});
type ObjectCreated = z.infer<typeof ObjectCreated>;

export type UploadedFile = {
  key: string;
  sequencer: string;
  /** The end of the second in which it was dropped: what was done just before it has happened. */
  uploadedAt: string;
  body: Readable;
  metadata: Record<string, string>;
  /** Writes the file of results; a stream needs its length in bytes. */
  putResult: (csv: string | Readable, bytes?: number) => Promise<void>;
};

/**
 * CSV files that people drop into a folder of a bucket. `<folder>/<name>.csv` is answered by `results/<name>.csv` and,
 * when all is done, by the summary `results/<name>.json`. `answer` deals with one file and gives its summary; a notice
 * that comes again after that does nothing, so that what was told stays true; the same file dropped again is a new one.
 */
export function uploadedFiles(s3: S3Client, Bucket: string, folder: string, log: Pick<Logger, 'info' | 'warn'>) {
  const open = async (Key: string) => {
    try {
      const { Body, Metadata = {} } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      if (!(Body instanceof Readable)) throw new Error(`${Key} has no body`);
      return { body: Body, metadata: Metadata };
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  };
  /** Which upload the summary under this key answers. */
  const answered = async (Key: string) => {
    try {
      return (await s3.send(new HeadObjectCommand({ Bucket, Key }))).Metadata?.['sequencer'];
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  };

  return async ({ time, detail: { object } }: ObjectCreated, answer: (file: UploadedFile) => Promise<object>) => {
    const { key, sequencer } = object;
    const uploadedAt = new Date(Date.parse(time) + 999).toISOString();
    const isDropped = key.startsWith(`${folder}/`) && key.endsWith('.csv') && key.length > folder.length + 5;
    if (!isDropped) return log.warn(`not a file of ${folder}`, { key });
    const result = `results/${key.slice(folder.length + 1, -'.csv'.length)}`;
    const former = await answered(`${result}.json`);
    if (former !== undefined && former >= sequencer) return log.info('answered already', { key, sequencer });
    const file = await open(key);
    if (!file) return log.warn('the file is gone', { key });

    const putResult = async (Body: string | Readable, bytes?: number) => {
      const ContentType = 'text/csv; charset=utf-8';
      await s3.send(new PutObjectCommand({ Bucket, Key: `${result}.csv`, Body, ContentType, ContentLength: bytes }));
    };
    try {
      const summary = await answer({ key, sequencer, uploadedAt, ...file, putResult });
      await s3.send(
        new PutObjectCommand({
          Bucket,
          Key: `${result}.json`,
          Body: `${JSON.stringify({ file: key, ...summary }, undefined, 2)}\n`,
          ContentType: 'application/json',
          Metadata: { sequencer },
        }),
      );
      return log.info('file done', { key, ...summary });
    } finally {
      file.body.destroy();
    }
  };
}
