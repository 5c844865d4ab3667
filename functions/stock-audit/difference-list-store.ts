import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { differenceColumns, differencesFile, notComparedFile } from '../../shared/stock/audit-keys.ts';
import type { Difference } from '../../shared/stock/differences.ts';

/** Differences of audits, as CSV in the reports bucket. SKUs and warehouses need no quotes. */
export const createDifferenceList = (s3: S3Client, Bucket: string) => {
  const putCsv = (Key: string, rows: readonly string[]) => {
    const Body = [...rows, ''].join('\n');
    return s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'text/csv; charset=utf-8' }));
  };
  return {
    /** Writes the lists and returns the key of the list of differences. */
    async put(auditId: string, differences: readonly Difference[], notCompared: readonly string[]): Promise<string> {
      const file = differencesFile(auditId);
      const rows = differences.map((difference) => differenceColumns.map((column) => difference[column]).join(','));
      await putCsv(file, [differenceColumns.join(','), ...rows]);
      await putCsv(notComparedFile(auditId), ['sku', ...notCompared]);
      return file;
    },
  };
};
export type DifferenceList = ReturnType<typeof createDifferenceList>;
