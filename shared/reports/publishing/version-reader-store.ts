import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { jsonOf, readObject } from '../../s3/objects-client.ts';
import { versionKeys } from './version-file-store.ts';

/** Files of earlier requests that stay on the disk: a person opens several figures of one day. */
const maxFiles = 200;
const Latest = z.object({ version: z.int().positive() });

/** The versions below a folder of the reports bucket, read only. A file of a version never changes, so that it is downloaded once. */
export const createVersionReader = (s3: S3Client, bucket: string, folder: string, directory: string) => {
  const keys = versionKeys(folder);
  const object = async (Key: string) => (await readObject(s3, { Bucket: bucket, Key }))?.content;

  return {
    /** The version in force of a day's reports. */
    async versionInForce(date: string): Promise<number | undefined> {
      const latest = await object(keys.latest(date));
      return latest && Latest.parse(jsonOf(latest)).version;
    },

    /** Path of a Parquet file of a version; undefined if the version does not have it. */
    async file(date: string, version: number, report: string): Promise<string | undefined> {
      await mkdir(directory, { recursive: true });
      const name = `${folder}-${date}-${version}-${report}.parquet`;
      const files = await readdir(directory);
      const path = join(directory, name);
      if (files.includes(name)) return path;
      const content = await object(`${keys.version(date, version)}${report}.parquet`);
      if (!content) return undefined;
      if (files.length >= maxFiles) await Promise.all(files.map((file) => rm(join(directory, file), { force: true })));
      // Two requests of one sandbox may download one file.
      await writeFile(`${path}.part`, content);
      await rename(`${path}.part`, path);
      return path;
    },
  };
};
export type VersionReader = ReturnType<typeof createVersionReader>;
