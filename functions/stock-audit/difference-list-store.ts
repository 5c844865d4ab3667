import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { differenceColumns, notComparedColumns } from '../../shared/contracts/stock-audit/file-columns.ts';
import { type Cell, csvFile } from '../../shared/csv/write.ts';
import { differencesFile, notComparedFile } from '../../shared/stock/audit-keys.ts';
import type { Difference } from '../../shared/stock/differences.ts';

/** Differences of audits, as CSV in the reports bucket. */
export const createDifferenceList = (s3: S3Client, Bucket: string) => {
  const putCsv = (Key: string, columns: object, rows: readonly Cell[][]) => {
    const Body = csvFile(Object.keys(columns), rows);
    return s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'text/csv; charset=utf-8' }));
  };
  return {
    /** Writes the lists and returns the key of the list of differences. */
    async put(auditId: string, differences: readonly Difference[], notCompared: readonly string[]): Promise<string> {
      const file = differencesFile(auditId);
      const rows = differences.map(({ sku, warehouse, counter, found, expected }) => [
        sku,
        warehouse,
        counter,
        found,
        expected,
      ]);
      await putCsv(file, differenceColumns, rows);
      await putCsv(
        notComparedFile(auditId),
        notComparedColumns,
        notCompared.map((sku) => [sku]),
      );
      return file;
    },
  };
};
export type DifferenceList = ReturnType<typeof createDifferenceList>;
