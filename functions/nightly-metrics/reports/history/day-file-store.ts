import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { readObject } from '../../../../shared/s3/objects-client.ts';

const suffix = '.parquet';

/**
 * Parquet files in the reports bucket, one or several for each day, under `<prefix>dt=<day>`. Files stay on the disk as long
 * as their ETag is the same.
 */
export const createDayFiles = (s3: S3Client, bucket: string, prefix: string, directory: string) => {
  const start = `${prefix}dt=`;
  const keyOf = (name: string) => `${start}${name}${suffix}`;
  return {
    /** The names of files, which begin with their day, with their ETags, from a name on. */
    async days(from = ''): Promise<Map<string, string>> {
      const days = new Map<string, string>();
      let token: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: start,
            ...(from !== '' && { StartAfter: `${start}${from}` }),
            ContinuationToken: token,
          }),
        );
        for (const { Key = '', ETag = '' } of page.Contents ?? []) {
          days.set(Key.slice(start.length, -suffix.length), ETag);
        }
        token = page.NextContinuationToken;
      } while (token);
      return days;
    },

    /** Writes a file, unless it has this ETag: that is the MD5 of an object, except with a key of KMS. */
    async put(name: string, path: string, etag?: string): Promise<void> {
      const content = await readFile(path);
      if (etag === `"${createHash('md5').update(content).digest('hex')}"`) return;
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(name), Body: content }));
    },

    /** Path of a file with this ETag. */
    async file(name: string, etag: string): Promise<string> {
      await mkdir(directory, { recursive: true });
      const local = `${name}-${etag.replaceAll(/\W/g, '')}${suffix}`;
      const path = join(directory, local);
      if ((await readdir(directory)).includes(local)) return path;
      const found = await readObject(s3, { Bucket: bucket, Key: keyOf(name) });
      // Sandboxes on one machine share the directory, so that two runs may fetch a file at the same time.
      const part = `${path}.${randomUUID()}.part`;
      await writeFile(part, found?.content ?? '');
      await rename(part, path);
      return path;
    },
  };
};
export type DayFiles = ReturnType<typeof createDayFiles>;
