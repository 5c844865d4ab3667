import * as z from 'zod';
import { ProcessedCatalogFile } from '../../../shared/contracts/catalog/files.ts';
import { createCsvFiles } from '../../../shared/csv/csv-files-client.ts';
import { FailedFile } from '../../../shared/csv/file-summary.ts';

// A summary with `failed` may have the fields of a processed file as well.
const Summary = z.union([FailedFile, ProcessedCatalogFile]);

/** Files of the catalogue in S3. */
export function createCatalogFiles(Bucket: string) {
  const { connect, put } = createCsvFiles(Bucket);

  return {
    put,

    /** The summary of a file; undefined before it is written. */
    async summary(Key: string): Promise<z.infer<typeof Summary> | undefined> {
      const { GetObjectCommand, NoSuchKey } = await import('@aws-sdk/client-s3');
      try {
        const { Body } = await (await connect()).send(new GetObjectCommand({ Bucket, Key }));
        return Body && Summary.parse(JSON.parse(await Body.transformToString()));
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
  };
}
export type CatalogFiles = ReturnType<typeof createCatalogFiles>;
