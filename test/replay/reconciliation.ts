import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import type { SampleYear } from './invoices.ts';
import type { Posted } from './year.ts';

/** One equation that has to hold; the right side is a sum of named parts. */
export type Check = { name: string; left: number; right: Record<string, number>; money?: boolean };

export const holds = ({ left, right }: Check) => left === sum(Object.values(right));

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

const Latest = z.object({ manifest: z.string() });
const Manifest = z.object({
  reports: z.array(
    z.object({
      name: z.string(),
      orders: z.int().optional(),
      units: z.int().optional(),
      amounts: z.record(z.string(), z.object({ totalMinor: z.int().optional() })),
    }),
  ),
});
export type ReportSums = { orders: number; units: number; totalMinor: number };

/** Sums over the report versions in force of these days, as finance reads them from the bucket. */
export async function sumOfReports(s3: S3Client, bucket: string, days: Iterable<string>): Promise<ReportSums> {
  const total: ReportSums = { orders: 0, units: 0, totalMinor: 0 };
  for (const day of days) {
    const { manifest } = Latest.parse(await readJson(s3, bucket, `daily/dt=${day}/latest.json`));
    const { reports } = Manifest.parse(await readJson(s3, bucket, manifest));
    const orders = reports.find(({ name }) => name === 'orders');
    total.orders += orders?.orders ?? 0;
    total.units += orders?.units ?? 0;
    total.totalMinor += orders?.amounts.GBP?.totalMinor ?? 0;
  }
  return total;
}

async function readJson(s3: S3Client, Bucket: string, Key: string): Promise<unknown> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  if (!Body) throw new Error(`${Key} is empty`);
  return JSON.parse(await Body.transformToString());
}

/** What went in must have come out: invoices, money and units. */
export const reconciliation = (year: SampleYear, posted: Posted, reports: ReportSums, taken: number): Check[] => [
  {
    name: 'invoices',
    left: year.invoiceCount,
    right: {
      accepted: posted.accepted + posted.replayed,
      refused: sum(posted.refused.values()),
      'left out': sum(year.leftOutInvoices.values()),
    },
  },
  { name: 'orders', left: posted.accepted + posted.replayed, right: { 'in the daily reports': reports.orders } },
  {
    name: 'order totals',
    left: posted.totalMinor,
    right: { 'in the daily reports': reports.totalMinor },
    money: true,
  },
  { name: 'units sold', left: posted.units, right: { 'taken from stock': taken } },
  { name: 'units sold', left: posted.units, right: { 'in the daily reports': reports.units } },
];
