import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import * as z from 'zod';
import { jsonOf, readObject } from '../../../shared/s3/objects-client.ts';

/** A link works for everyone who has it. */
const linkSeconds = 300;

/** The parts of `latest.json` and of a manifest that a download needs. */
const Latest = z.object({ version: z.int().positive(), manifest: z.string(), writtenAt: z.string() });
const Manifest = z.object({
  reports: z.array(
    z.object({
      name: z.string(),
      rows: z.int(),
      files: z.array(z.object({ file: z.string(), bytes: z.int(), sha256: z.string() })),
    }),
  ),
});
export type Published = z.infer<typeof Latest> & z.infer<typeof Manifest>;

/** The published reports in the bucket, read only. */
export const createPublishedStore = (s3: S3Client, bucket: string) => {
  const read = async <S extends z.ZodType>(schema: S, Key: string): Promise<z.infer<S> | undefined> => {
    const found = await readObject(s3, { Bucket: bucket, Key });
    return found && schema.parse(jsonOf(found.content));
  };
  return {
    /** The version in force of a day's reports. */
    async inForce(date: string): Promise<Published | undefined> {
      const latest = await read(Latest, `daily/dt=${date}/latest.json`);
      const manifest = latest && (await read(Manifest, latest.manifest));
      return latest && manifest && { ...latest, ...manifest };
    },

    /** A signed URL of a file of a version. A browser saves it and does not show it. */
    link: ({ manifest }: Pick<Published, 'manifest'>, file: string): Promise<string> =>
      getSignedUrl(
        s3,
        new GetObjectCommand({
          Bucket: bucket,
          Key: manifest.replace(/[^/]*$/, file),
          ResponseContentDisposition: `attachment; filename="${file}"`,
        }),
        { expiresIn: linkSeconds },
      ),
  };
};
export type PublishedStore = ReturnType<typeof createPublishedStore>;
