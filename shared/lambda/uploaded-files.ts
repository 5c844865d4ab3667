import { AssertionError } from 'node:assert';
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
import { isOwnObject, misplacement, resultKeyOf } from './file-keys.ts';

/** EventBridge event of S3. `sequencer` increases with each upload of a key, `time` is in whole seconds. */
export const ObjectCreated = z.object({
  time: z.iso.datetime(),
  detail: z.object({ object: z.object({ key: z.string(), sequencer: z.string(), size: z.number().optional() }) }),
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

type Inbox = {
  bucket: string;
  /** The folder whose files are processed. */
  folder: string;
  /** A larger file is refused before it is read. */
  maxBytes: number;
  /** The result of a file that is refused as a whole. */
  refuse: (reason: string) => { summary: object; csv: string };
};

/**
 * Thrown by `processFile` after it wrote the result file, if the store could not process some rows. The summary is kept,
 * the upload is tried again, and its dead-letter queue informs staff.
 */
export class FailedRowsError extends Error {
  override readonly name = 'FailedRowsError';
  readonly summary: object;
  constructor(summary: object, cause: unknown) {
    super(`Some rows failed: ${String(cause)}`, { cause });
    this.summary = summary;
  }
}

/** The reason of a row that the store could not process. */
export const failedRow = 'failed: an error of the store; it tries again, and staff is informed';

/**
 * Processes CSV files uploaded to a folder of a bucket. The results of `<folder>/<name>.csv` are `results/<name>.csv` and,
 * last, the summary `results/<name>.json`; see `resultKeyOf` for other keys, whose files are refused. `processFile` handles
 * one file and returns its summary. A redelivered event of a processed upload is ignored; the same file uploaded again is a
 * new one. A defect leaves a summary with `failed` until a later attempt completes.
 */
export function uploadedFiles(
  s3: S3Client,
  { bucket: Bucket, folder, maxBytes, refuse }: Inbox,
  log: Pick<Logger, 'info' | 'warn'>,
) {
  const open = async (Key: string) => {
    try {
      const { Body, Metadata = {}, ContentLength } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      if (!(Body instanceof Readable)) throw new Error(`The object ${Key} has no body`);
      return { body: Body, metadata: Metadata, bytes: ContentLength };
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
  const putCsv = async (Key: string, Body: string | Readable, ContentLength?: number) => {
    const ContentType = 'text/csv; charset=utf-8';
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType, ContentLength }));
  };
  const putSummary = async (Key: string, summary: object, Metadata: Record<string, string>) => {
    const Body = `${JSON.stringify(summary, undefined, 2)}\n`;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'application/json', Metadata }));
  };

  return async ({ time, detail: { object } }: ObjectCreated, processFile: (file: UploadedFile) => Promise<object>) => {
    const { key, sequencer, size } = object;
    if (isOwnObject(key, size)) return;
    const result = resultKeyOf(folder, key);
    const previous = await processedSequencer(`${result}.json`);
    if (previous !== undefined && previous >= sequencer) return log.info('file already processed', { key, sequencer });
    const complete = async (summary: object) => {
      await putSummary(`${result}.json`, { file: key, ...summary }, { sequencer });
      log.info('file processed', { key, ...summary });
    };

    const refused = async (reason: string) => {
      const { summary, csv } = refuse(reason);
      await putCsv(`${result}.csv`, csv);
      return complete(summary);
    };
    const reason = misplacement(folder, key) ?? sizeProblem(size, maxBytes);
    if (reason !== undefined) return refused(reason);
    const opened = await open(key);
    if (!opened) return log.warn('file does not exist', { key });
    const { bytes, ...file } = opened;
    // The event may lack the size, and the object may be a later one.
    const tooLarge = sizeProblem(bytes, maxBytes);
    if (tooLarge !== undefined) {
      file.body.destroy();
      return refused(tooLarge);
    }
    const uploadedAt = new Date(Date.parse(time) + 999).toISOString();
    const putResult = (csv: string | Readable, bytes?: number) => putCsv(`${result}.csv`, csv, bytes);
    try {
      return await complete(await processFile({ key, sequencer, uploadedAt, ...file, putResult }));
    } catch (error) {
      if (error instanceof FailedRowsError) {
        await putSummary(`${result}.json`, { file: key, ...error.summary, failed }, {});
      } else if (isDefect(error)) await putSummary(`${result}.json`, { file: key, failed }, {});
      throw error;
    } finally {
      file.body.destroy();
    }
  };
}

const failed =
  'An error of the store stopped the file; some rows may be applied. The store tries again, and staff is informed. To upload the same file again is safe.';

/** Whether a retry would fail in the same way, unlike after an error of the network or a service. */
const isDefect = (error: unknown): boolean =>
  [TypeError, RangeError, ReferenceError, SyntaxError, AssertionError, z.ZodError].some(
    (kind) => error instanceof kind,
  );

const sizeProblem = (bytes: number | undefined, maxBytes: number): string | undefined =>
  bytes !== undefined && bytes > maxBytes
    ? `The file has ${bytes} bytes, more than the ${maxBytes} that are accepted; split it`
    : undefined;
