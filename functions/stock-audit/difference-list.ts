import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Difference } from '../../shared/stock/differences.ts';

/** Lists of differences, as CSV in the reports bucket. Names of SKUs and warehouses need no quotes. */
export const createDifferenceList = (s3: S3Client, Bucket: string) => ({
  /** Gives the key of the list. */
  async put(auditId: string, differences: readonly Difference[]): Promise<string> {
    const Key = `stock-audits/${auditId}/differences.csv`;
    const rows = differences.map(({ sku, warehouse, counter, found, expected }) =>
      [sku, warehouse, counter, found, expected].join(','),
    );
    const Body = ['sku,warehouse,counter,found,expected', ...rows, ''].join('\n');
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'text/csv; charset=utf-8' }));
    return Key;
  },
});
export type DifferenceList = ReturnType<typeof createDifferenceList>;
