import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { differenceColumns, repairOutcomeColumns } from '../../../shared/contracts/stock-audit/file-columns.ts';
import { rowParser } from '../../../shared/csv/columns.ts';
import { readTable } from '../../../shared/csv/read.ts';
import { csvFile } from '../../../shared/csv/write.ts';
import { differencesFile, repairFile } from '../../../shared/stock/audit-keys.ts';
import { counters, type Difference } from '../../../shared/stock/differences.ts';
import type { RepairOutcome } from './repair-plan.ts';

const parseDifference = rowParser(differenceColumns);

/** Differences of audits and outcomes of repairs, as CSV in the reports bucket. */
export const createRepairFiles = (s3: S3Client, Bucket: string) => ({
  /** Throws on a row that cannot be read: the audit wrote the list. */
  async differences(auditId: string): Promise<Difference[]> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: differencesFile(auditId) }));
    assert(Body instanceof Readable, `The list of differences of the audit ${auditId} has no body.`);
    const differences: Difference[] = [];
    const end = await readTable(Body, differenceColumns, (rows) => {
      for (const { row, fields, problem = '' } of rows) {
        const parsed = fields ? parseDifference(fields) : { problem };
        if ('problem' in parsed) assert.fail(`Row ${row} of the list of differences is malformed: ${parsed.problem}`);
        differences.push(parsed.content);
      }
    });
    assert(
      end.names && !end.unreadFrom,
      `The list of differences cannot be read: ${(end.unreadFrom ?? end.refused)?.reason}`,
    );
    return differences;
  },

  /** Writes the list of outcomes and returns its key. */
  async put(auditId: string, repairId: string, outcomes: readonly RepairOutcome[]): Promise<string> {
    const Key = repairFile(auditId, repairId);
    const rows = outcomes.map(({ sku, warehouse, outcome, corrections }) => [
      sku,
      warehouse,
      outcome,
      ...counters.map((counter) => corrections[counter] ?? 0),
    ]);
    const Body = csvFile(Object.keys(repairOutcomeColumns), rows);
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'text/csv; charset=utf-8' }));
    return Key;
  },
});
export type RepairFiles = ReturnType<typeof createRepairFiles>;
