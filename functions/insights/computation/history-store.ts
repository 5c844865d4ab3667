import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { BusinessDay } from '../../../shared/names.ts';
import { readObject } from '../../../shared/s3/objects-client.ts';

const tables = ['facts', 'orders'] as const;
type Table = (typeof tables)[number];
const prefixOf = (table: Table) => `tables/${table}/dt=`;
const keyOf = (table: Table, day: string) => `${prefixOf(table)}${day}/${table}.parquet`;

/** The published reports of earlier days: the Parquet files in force. */
export const createHistory = (s3: S3Client, bucket: string) => ({
  /** The days with published reports, in order. */
  async days(): Promise<string[]> {
    const days: string[] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefixOf('facts'), ContinuationToken: token }),
      );
      const found = (page.Contents ?? []).map(({ Key = '' }) => Key.slice(prefixOf('facts').length).split('/')[0]);
      days.push(...found.flatMap((day) => BusinessDay.safeParse(day).data ?? []));
      token = page.NextContinuationToken;
    } while (token);
    return days.toSorted();
  },

  /** Whether the reports of a day are published. */
  async has(day: string): Promise<boolean> {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: keyOf('facts', day), MaxKeys: 1 }));
    return (page.Contents ?? []).length > 0;
  },

  /** Downloads the facts and orders of a day, with their ETags; undefined if one of them is missing. */
  async download(day: string, directory: string) {
    const files = await Promise.all(
      tables.map(async (table) => {
        const found = await readObject(s3, { Bucket: bucket, Key: keyOf(table, day) });
        if (!found) return undefined;
        const path = join(directory, `${table}-${day}.parquet`);
        await writeFile(path, found.content);
        return { path, etag: found.etag ?? '' };
      }),
    );
    const [facts, orders] = files;
    return facts && orders && { day, facts, orders };
  },
});
export type History = ReturnType<typeof createHistory>;
