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

/** EventBridge event of S3. `sequencer` increases with each upload of a key, `time` is in whole seconds. */
export const ObjectCreated = z.object({
  time: z.iso.datetime(),
  detail: z.object({ object: z.object({ key: z.string(), sequencer: z.string() }) }),
});
type ObjectCreated = z.infer<typeof ObjectCreated>;

export type UploadedFile = {
  key: string;
  sequencer: string;
  /** End of the second of the upload, so that a change just before it counts as earlier. */
  uploadedAt: string;
  body: Readable;
  metadata: Record<string, string>;
  /** Writes the result file. A stream needs its length in bytes. */
  putResult: (csv: string | Readable, bytes?: number) => Promise<void>;
};

/**
 * Processes CSV files uploaded to a folder of a bucket. The results of `<folder>/<name>.csv` are `results/<name>.csv` and,
 * last, the summary `results/<name>.json`. `processFile` handles one file and returns its summary. A redelivered event of a
 * processed upload is ignored; the same file uploaded again is a new one.
 */
export function uploadedFiles(s3: S3Client, Bucket: string, folder: string, log: Pick<Logger, 'info' | 'warn'>) {
  const open = async (Key: string) => {
    try {
      const { Body, Metadata = {} } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      if (!(Body instanceof Readable)) throw new Error(`The object ${Key} has no body`);
      return { body: Body, metadata: Metadata };
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  };
  /** Sequencer of the upload whose summary is stored under this key. */
  const processedSequencer = async (Key: string) => {
    try {
      return (await s3.send(new HeadObjectCommand({ Bucket, Key }))).Metadata?.['sequencer'];
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  };

  return async ({ time, detail: { object } }: ObjectCreated, processFile: (file: UploadedFile) => Promise<object>) => {
    const { key, sequencer } = object;
    const uploadedAt = new Date(Date.parse(time) + 999).toISOString();
    const isInFolder = key.startsWith(`${folder}/`) && key.endsWith('.csv') && key.length > folder.length + 5;
    if (!isInFolder) return log.warn(`object is not a CSV file in ${folder}`, { key });
    const result = `results/${key.slice(folder.length + 1, -'.csv'.length)}`;
    const previous = await processedSequencer(`${result}.json`);
    if (previous !== undefined && previous >= sequencer) return log.info('file already processed', { key, sequencer });
    const file = await open(key);
    if (!file) return log.warn('file does not exist', { key });

    const putResult = async (Body: string | Readable, bytes?: number) => {
      const ContentType = 'text/csv; charset=utf-8';
      await s3.send(new PutObjectCommand({ Bucket, Key: `${result}.csv`, Body, ContentType, ContentLength: bytes }));
    };
    try {
      const summary = await processFile({ key, sequencer, uploadedAt, ...file, putResult });
      await s3.send(
        new PutObjectCommand({
          Bucket,
          Key: `${result}.json`,
          Body: `${JSON.stringify({ file: key, ...summary }, undefined, 2)}\n`,
          ContentType: 'application/json',
          Metadata: { sequencer },
        }),
      );
      return log.info('file processed', { key, ...summary });
    } finally {
      file.body.destroy();
    }
  };
}
