import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import type { ReconciliationDifference } from '../../../shared/contracts/ledger/reconciliation-events.ts';
import type { Reconciliation } from '../../../shared/contracts/ledger/reconciliation-routes.ts';
import { csvFile } from '../../../shared/csv/write.ts';
import type { ReportTexts } from './report-figures.ts';

/** Content of `daily/dt=<day>/latest.json`: see functions/nightly-metrics/reference.md. */
const Latest = z.looseObject({ version: z.int().positive() });
const prefix = (day: string) => `reconciliation/dt=${day}/`;
const columns = ['measure', 'id', 'currency', 'account', 'reports', 'ledger', 'orders', 'claims', 'eventIds'];

export const reconciliationFile = (day: string) => `${prefix(day)}reconciliation.json`;

/** The reports bucket. */
export const createReportFiles = (s3: S3Client, Bucket: string) => {
  const read = async (Key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToString()) ?? '';
  };
  const readIfThere = async (Key: string) => {
    try {
      return await read(Key);
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  };
  return {
    /** The reports of a day that are in force; undefined if it has none. */
    async reports(day: string): Promise<{ version: number; texts: ReportTexts } | undefined> {
      try {
        const { version } = Latest.parse(JSON.parse(await read(`daily/dt=${day}/latest.json`)));
        const names = ['orders', 'totals-by-channel', 'refunds', 'order-changes'];
        const [orders = '', totals = '', refunds = '', changes = ''] = await Promise.all(
          names.map((name) => read(`daily/dt=${day}/v=${version}/${name}.csv`)),
        );
        const stock = await readIfThere(`daily/dt=${day}/v=${version}/stock-value-by-category.csv`);
        return { version, texts: { orders, totals, refunds, changes, stock } };
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },

    /** Writes a result with all differences, as JSON and as CSV. */
    async put(result: Reconciliation, differences: readonly ReconciliationDifference[]): Promise<void> {
      const rows = differences.map(({ measure, id, currency, account, reports, ledger, orders, claims, eventIds }) => [
        measure,
        id,
        currency,
        account,
        reports,
        ledger,
        orders,
        claims,
        eventIds.join(' '),
      ]);
      const files = [
        { name: 'reconciliation.csv', Body: csvFile(columns, rows), ContentType: 'text/csv; charset=utf-8' },
        {
          name: 'reconciliation.json',
          Body: `${JSON.stringify({ ...result, differences }, undefined, 2)}\n`,
          ContentType: 'application/json',
        },
      ];
      for (const { name, ...content } of files) {
        await s3.send(new PutObjectCommand({ Bucket, Key: `${prefix(result.day)}${name}`, ...content }));
      }
    },
  };
};
export type ReportFiles = ReturnType<typeof createReportFiles>;
