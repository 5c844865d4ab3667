import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { posix } from 'node:path';
import { parse } from 'csv-parse/sync';
import * as z from 'zod';
import type { SampleYear } from './invoices.ts';
import type { RefundPlan } from './refund-plan.ts';
import type { RefundResults } from './refunds.ts';
import type { RefundSums } from './refund-sums.ts';
import { equalRows, taxOfCountries, type TaxRows } from './tax/tax-by-country.ts';
import type { Posted } from './year.ts';

/** An equation; its right side is a sum of named parts. */
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
      amounts: z.record(z.string(), z.object({ totalMinor: z.int().optional(), taxMinor: z.int().optional() })),
    }),
  ),
});
/** `taxes`: tax in pence by country. */
export type ReportSums = {
  orders: number;
  units: number;
  totalMinor: number;
  taxMinor: number;
  taxes: Map<string, number>;
};

/** Sums of the days' reports, from the versions in force in the bucket. */
export async function sumOfReports(s3: S3Client, bucket: string, days: Iterable<string>): Promise<ReportSums> {
  const total: ReportSums = { orders: 0, units: 0, totalMinor: 0, taxMinor: 0, taxes: new Map() };
  for (const day of days) {
    const { manifest } = Latest.parse(await readJson(s3, bucket, `daily/dt=${day}/latest.json`));
    const { reports } = Manifest.parse(await readJson(s3, bucket, manifest));
    const orders = reports.find(({ name }) => name === 'orders');
    total.orders += orders?.orders ?? 0;
    total.units += orders?.units ?? 0;
    total.totalMinor += orders?.amounts.GBP?.totalMinor ?? 0;
    total.taxMinor += orders?.amounts.GBP?.taxMinor ?? 0;
    const csv = await readText(s3, bucket, `${posix.dirname(manifest)}/sales-by-country.csv`);
    for (const { country, taxMinor } of CountryRows.parse(parse(csv, { bom: true, columns: true }))) {
      total.taxes.set(country, (total.taxes.get(country) ?? 0) + taxMinor);
    }
  }
  return total;
}

const CountryRows = z.array(z.object({ country: z.string(), taxMinor: z.coerce.number().int() }));
const RefundRows = z.array(z.object({ refundId: z.string(), refundedMinor: z.coerce.number().int() }));

/** The amount of these refunds in the days' reports, from the versions in force. */
export async function refundedInReports(
  s3: S3Client,
  bucket: string,
  days: Iterable<string>,
  refundIds: readonly string[],
): Promise<number> {
  const own = new Set(refundIds);
  let refundedMinor = 0;
  for (const day of days) {
    const { manifest } = Latest.parse(await readJson(s3, bucket, `daily/dt=${day}/latest.json`));
    const csv = await readText(s3, bucket, `${posix.dirname(manifest)}/refunds.csv`);
    for (const row of RefundRows.parse(parse(csv, { bom: true, columns: true }))) {
      if (own.has(row.refundId)) refundedMinor += row.refundedMinor;
    }
  }
  return refundedMinor;
}

async function readText(s3: S3Client, Bucket: string, Key: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  if (!Body) throw new Error(`${Key} is empty`);
  return Body.transformToString();
}

const readJson = async (s3: S3Client, bucket: string, key: string): Promise<unknown> =>
  JSON.parse(await readText(s3, bucket, key));

/** What the replay sent, and what the back office returned. */
export type Outcome = {
  year: SampleYear;
  posted: Posted;
  reports: ReportSums;
  plan: RefundPlan;
  results: RefundResults;
  refunds: RefundSums & { inReportsMinor: number };
  stock: { onHand: number; reserved: number };
  unitsShipped: number;
};

/** Compares invoices, money and units sent with those in the back office. */
export const reconciliation = (outcome: Outcome): Check[] => [
  ...orderChecks(outcome),
  ...taxChecks(outcome),
  ...refundChecks(outcome),
];

const orderChecks = ({ year, posted, reports, stock, unitsShipped }: Outcome): Check[] => [
  {
    name: 'invoices',
    left: year.invoiceCount,
    right: {
      accepted: posted.accepted + posted.replayed,
      refused: sum(posted.refused.values()),
      cancellations: year.cancellations.length,
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
  { name: 'units sold', left: posted.units, right: { 'reserved in stock': stock.reserved, shipped: unitsShipped } },
  { name: 'units sold', left: posted.units, right: { 'in the daily reports': reports.units } },
];

const taxChecks = ({ posted: { taxes, invoiceTaxes, taxMinor, ...posted }, reports }: Outcome): Check[] => {
  const countries = taxOfCountries(taxes.values());
  const names = new Set([...countries.keys(), ...reports.taxes.keys()]);
  const same = [...names].filter((country) => countries.get(country) === reports.taxes.get(country));
  const ofRows = (rows: TaxRows) => sum([...rows.values()].map((row) => row.taxMinor));
  return [
    {
      name: 'orders',
      left: posted.accepted + posted.replayed,
      right: { 'with tax by rate that adds up to tax and total': posted.taxed },
    },
    { name: 'tax of the orders', left: taxMinor, right: { 'by country and rate': ofRows(taxes) }, money: true },
    { name: 'tax of the orders', left: taxMinor, right: { 'in the daily reports': reports.taxMinor }, money: true },
    {
      name: 'tax of the orders',
      left: taxMinor,
      right: { 'from the invoices at the rates of their day': ofRows(invoiceTaxes) },
      money: true,
    },
    { name: 'countries', left: names.size, right: { 'with the same tax in the daily reports': same.length } },
    {
      name: 'countries and rates',
      left: new Set([...taxes.keys(), ...invoiceTaxes.keys()]).size,
      right: { 'with the same orders, amount and tax from the invoices': equalRows(taxes, invoiceTaxes) },
    },
  ];
};

const refundChecks = ({ year, plan, results, refunds, stock, unitsShipped }: Outcome): Check[] => [
  {
    name: 'cancellations',
    left: year.cancellations.length,
    right: { matched: plan.matched, goodwill: plan.goodwill, 'left out': sum(plan.leftOut.values()) },
  },
  {
    name: 'refund requests',
    left: plan.refunds.length,
    right: { paid: refunds.paid, refused: sum(results.refused.values()) },
  },
  {
    name: 'refunds paid',
    left: refunds.paidMinor,
    right: { 'in the daily reports': refunds.inReportsMinor },
    money: true,
  },
  {
    name: 'refunds paid',
    left: refunds.paidMinor,
    right: { 'taken from payments': refunds.paymentsMinor },
    money: true,
  },
  {
    name: 'refunds paid',
    left: refunds.paidMinor,
    right: { 'taken from goods and shipping': refunds.goodsMinor, 'of goodwill': refunds.goodwillMinor },
    money: true,
  },
  {
    name: 'units restocked',
    left: refunds.unitsRestocked,
    right: { 'on hand again': stock.onHand - (sum(year.products.map((each) => each.unitsSold)) - unitsShipped) },
  },
];
