import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { lakeKey, lateKey } from '../../shared/lake.ts';
import type { Part } from './decide.ts';

const compress = promisify(gzip);

export const createLake = (s3: S3Client, bucket: string) => ({
  /** Writes one file of events; writing the same part again replaces it by the same bytes. */
  async put({ day, name, text }: Part): Promise<void> {
    const Body = await compress(text);
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: lakeKey(day, name), Body, ContentType: 'application/gzip' }),
    );
  },

  /** Notes that something of `day` came on a later day, so that the night after that makes the day's reports again. */
  async noteLate(cameOn: string, day: string): Promise<void> {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: lateKey(cameOn, day), Body: '' }));
  },
});

export type Lake = ReturnType<typeof createLake>;
