import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { lakeKey, lateArrivalKey } from '../../shared/lake/lake-keys.ts';
import type { LakeFile } from './decide.ts';

const compress = promisify(gzip);

/** The event lake, write only. */
export const createLakeStore = (s3: S3Client, bucket: string) => ({
  /** Writes a file of events. Idempotent: the same file has the same key and the same bytes. */
  async put({ day, name, text }: LakeFile): Promise<void> {
    const Body = await compress(text);
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: lakeKey(day, name), Body, ContentType: 'application/gzip' }),
    );
  },

  /** Records that events of `day` arrived on a later day, so that the next nightly job restates the reports of `day`. */
  async recordLateArrival(arrivalDay: string, day: string): Promise<void> {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: lateArrivalKey(arrivalDay, day), Body: '' }));
  },
});

export type LakeStore = ReturnType<typeof createLakeStore>;
