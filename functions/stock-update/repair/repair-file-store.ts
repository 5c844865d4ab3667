import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { differenceColumns, differencesFile, repairFile } from '../../../shared/stock/audit-keys.ts';
import { counters, type Difference } from '../../../shared/stock/differences.ts';
import type { RepairOutcome } from './repair-plan.ts';

const Row = z.object({
  sku: z.string(),
  warehouse: z.string(),
  counter: z.enum(counters),
  found: z.coerce.number(),
  expected: z.coerce.number().int(),
});

/** Differences of audits and outcomes of repairs, as CSV in the reports bucket. SKUs and warehouses need no quotes. */
export const createRepairFiles = (s3: S3Client, Bucket: string) => ({
  async differences(auditId: string): Promise<Difference[]> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: differencesFile(auditId) }));
    const lines = ((await Body?.transformToString()) ?? '').trim().split('\n').slice(1);
    return lines.map((line) => {
      const cells = line.split(',');
      return Row.parse(Object.fromEntries(differenceColumns.map((column, index) => [column, cells[index]])));
    });
  },

  /** Writes the list of outcomes and returns its key. */
  async put(auditId: string, repairId: string, outcomes: readonly RepairOutcome[]): Promise<string> {
    const Key = repairFile(auditId, repairId);
    const rows = outcomes.map(({ sku, warehouse, outcome, corrections }) =>
      [sku, warehouse, outcome, ...counters.map((counter) => corrections[counter] ?? 0)].join(','),
    );
    const Body = [['sku', 'warehouse', 'outcome', ...counters].join(','), ...rows, ''].join('\n');
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'text/csv; charset=utf-8' }));
    return Key;
  },
});
export type RepairFiles = ReturnType<typeof createRepairFiles>;
