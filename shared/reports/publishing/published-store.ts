import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import * as z from 'zod';
import { jsonOf, readObject } from '../../s3/objects-client.ts';
import { versionKeys } from './version-file-store.ts';

/** A link works for everyone who has it. */
const linkSeconds = 300;

/** What `latest.json` says. */
const Latest = z.object({ version: z.int().positive(), manifest: z.string(), writtenAt: z.string() });

/** The published versions below a folder of the reports bucket, read only. `manifestSchema` is what is read of a manifest. */
export const createPublishedStore = <M extends object>(
  s3: S3Client,
  bucket: string,
  folder: string,
  manifestSchema: z.ZodType<M>,
) => {
  const keys = versionKeys(folder);
  const read = async <S extends z.ZodType>(schema: S, Key: string): Promise<z.infer<S> | undefined> => {
    const found = await readObject(s3, { Bucket: bucket, Key });
    return found && schema.parse(jsonOf(found.content));
  };
  return {
    /** The version in force of a day. */
    async inForce(date: string): Promise<(z.infer<typeof Latest> & M) | undefined> {
      const latest = await read(Latest, keys.latest(date));
      const manifest = latest && (await read(manifestSchema, latest.manifest));
      return latest && manifest && { ...latest, ...manifest };
    },

    /** A signed URL of a file of a version. A browser saves it and does not show it. */
    link: ({ manifest }: { manifest: string }, file: string): Promise<string> =>
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
export type PublishedStore<M extends object> = ReturnType<typeof createPublishedStore<M>>;
