import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { BusinessDay } from '../../../shared/names.ts';
import { jsonOf, putIfUnchanged, readObject } from '../../../shared/s3/objects-client.ts';

const Key = 'insights/latest.json';
const Newest = z.object({ date: BusinessDay });

/** `insights/latest.json`: the newest day that has insights. */
export const createNewestStore = (s3: S3Client, Bucket: string) => {
  const read = async () => {
    const found = await readObject(s3, { Bucket, Key });
    return found && { date: Newest.parse(jsonOf(found.content)).date, etag: found.etag };
  };
  return {
    read: async (): Promise<string | undefined> => (await read())?.date,

    /** Names this day, unless a newer one is named. */
    async raise(date: string): Promise<void> {
      for (;;) {
        const newest = await read();
        if (newest && newest.date >= date) return;
        const Body = `${JSON.stringify({ date })}\n`;
        const input = { Bucket, Key, Body, ContentType: 'application/json' };
        if ((await putIfUnchanged(s3, input, newest)) === 'done') return;
      }
    },
  };
};
export type NewestStore = ReturnType<typeof createNewestStore>;
