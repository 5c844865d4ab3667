import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

const prefix = 'customers/dt=';
const suffix = '.parquet';
const keyOf = (day: string) => `${prefix}${day}${suffix}`;

/** The keys of the customers of each day, in the reports bucket. Files stay on the disk as long as their ETag is the same. */
export const createCustomerHistory = (s3: S3Client, bucket: string, directory: string) => ({
  /** The days that have a file, with its ETag. */
  async days(): Promise<Map<string, string>> {
    const days = new Map<string, string>();
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
      );
      for (const { Key = '', ETag = '' } of page.Contents ?? []) {
        days.set(Key.slice(prefix.length, -suffix.length), ETag);
      }
      token = page.NextContinuationToken;
    } while (token);
    return days;
  },

  /** Writes a day's file, unless it has this ETag: that is the MD5 of an object, except with a key of KMS. */
  async put(day: string, path: string, etag: string | undefined): Promise<void> {
    const content = await readFile(path);
    if (etag === `"${createHash('md5').update(content).digest('hex')}"`) return;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(day), Body: content }));
  },

  /** Path of a day's file with this ETag. */
  async file(day: string, etag: string): Promise<string> {
    await mkdir(directory, { recursive: true });
    const name = `${day}-${etag.replaceAll(/\W/g, '')}${suffix}`;
    const path = join(directory, name);
    if ((await readdir(directory)).includes(name)) return path;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(day) }));
    // Sandboxes on one machine share the directory, so that two runs may fetch a file at the same time.
    const part = `${path}.${randomUUID()}.part`;
    await writeFile(part, (await Body?.transformToByteArray()) ?? '');
    await rename(part, path);
    return path;
  },
});
export type CustomerHistory = ReturnType<typeof createCustomerHistory>;
