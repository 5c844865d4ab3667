import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { ProcessedCatalogFile } from '../../../shared/contracts/catalog/files.ts';
import { FailedFile } from '../../../shared/csv/file-summary.ts';

// A summary with `failed` may have the fields of a processed file as well.
const Summary = z.union([FailedFile, ProcessedCatalogFile]);

/** Files of the catalogue in S3. The client is loaded with the first file: most requests of the API need none. */
export function createCatalogFiles(Bucket: string) {
  let client: Promise<S3Client> | undefined;
  const connect = async () => {
    const { S3Client } = await import('@aws-sdk/client-s3');
    return new S3Client();
  };

  return {
    async put(Key: string, Body: string): Promise<void> {
      const { PutObjectCommand } = await import('@aws-sdk/client-s3');
      const ContentType = 'text/csv; charset=utf-8';
      await (await (client ??= connect())).send(new PutObjectCommand({ Bucket, Key, Body, ContentType }));
    },

    /** The summary of a file; undefined before it is written. */
    async summary(Key: string): Promise<z.infer<typeof Summary> | undefined> {
      const { GetObjectCommand, NoSuchKey } = await import('@aws-sdk/client-s3');
      try {
        const { Body } = await (await (client ??= connect())).send(new GetObjectCommand({ Bucket, Key }));
        return Body && Summary.parse(JSON.parse(await Body.transformToString()));
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
  };
}
export type CatalogFiles = ReturnType<typeof createCatalogFiles>;
