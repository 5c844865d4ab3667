import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { differenceColumns, differencesFile } from '../../shared/stock/audit-keys.ts';
import type { Difference } from '../../shared/stock/differences.ts';

/** Lists of differences, as CSV in the reports bucket. Names of SKUs and warehouses need no quotes. */
export const createDifferenceList = (s3: S3Client, Bucket: string) => ({
  /** Gives the key of the list. */
  async put(auditId: string, differences: readonly Difference[]): Promise<string> {
    const Key = differencesFile(auditId);
    const rows = differences.map((difference) => differenceColumns.map((column) => difference[column]).join(','));
    const Body = [differenceColumns.join(','), ...rows, ''].join('\n');
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'text/csv; charset=utf-8' }));
    return Key;
  },
});
export type DifferenceList = ReturnType<typeof createDifferenceList>;
