import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

/** A link works for everyone who has it. */
const linkSeconds = 300;
const keyOf = (bundleId: string) => `bundles/${bundleId}.zip`;

/** The files that a bundle is made of, and the zip files, in the reports bucket. */
export const createBundleFileStore = (s3: S3Client, Bucket: string) => ({
  /** A file of a published version, as a stream. */
  async open(Key: string): Promise<Readable> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    if (!(Body instanceof Readable)) throw new Error(`${Key} has no content`);
    return Body;
  },

  /** Stores the zip file at `path`, also over an earlier one; returns its size. */
  async store(bundleId: string, path: string): Promise<number> {
    const { size } = await stat(path);
    const content = { Body: createReadStream(path), ContentLength: size, ContentType: 'application/zip' };
    await s3.send(new PutObjectCommand({ Bucket, Key: keyOf(bundleId), ...content }));
    return size;
  },

  link: (bundleId: string, name: string): Promise<string> =>
    getSignedUrl(
      s3,
      new GetObjectCommand({
        Bucket,
        Key: keyOf(bundleId),
        ResponseContentDisposition: `attachment; filename="${name}"`,
      }),
      { expiresIn: linkSeconds },
    ),
});
export type BundleFileStore = ReturnType<typeof createBundleFileStore>;
