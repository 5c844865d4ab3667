import { S3Client } from '@aws-sdk/client-s3';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withBar } from '../../infra/demo/progress.ts';
import { type ApiClient, createApiClient } from '../support/system/api-client.ts';
import { waitUntilIdle } from '../support/system/until-idle.ts';
import { readSampleYear } from './invoices.ts';
import { printChecks, printOrders, printRefunds, printReports, printTaxes, printYear } from './printing.ts';
import { type Check, holds, type Outcome, reconciliation, refundedInReports, sumOfReports } from './reconciliation.ts';
import { planRefunds, type RefundPlan, type PlacedOrder } from './refund-plan.ts';
import { type RefundSums, sumOfRefunds } from './refund-sums.ts';
import { requestRefunds, payAndShip, payRefunds, type Participants } from './refunds.ts';
import { putTaxZones } from './tax/tax-zones.ts';
import { postOrders, prepare, runReports, stockOf } from './year.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    clients: { type: 'string', default: '32' },
    state: { type: 'string', default: join(import.meta.dirname, '../../.local') },
  },
});

async function replay(file: string | undefined): Promise<boolean> {
  if (!file) throw new Error('Usage: npm run replay -- <sample-year.csv.gz> [--clients 32]');
  const year = await readSampleYear(file);
  const credentials = await readCredentials();
  const clientOf = (name: string) => createApiClient(credentials, name);
  const [admin, marketplace, service] = [clientOf('admin'), clientOf('marketplace'), clientOf('service')];
  const [warehouse, lead, finance] = [clientOf('warehouse'), clientOf('service-lead'), clientOf('finance')];
  printYear(file, year);

  const zones = await putTaxZones(admin);
  console.log(`tax zones: version ${zones.version}${zones.isChanged ? ', put now' : ', in force already'}`);
  const prepared = await withBar('Catalogue and stock', (progress) => prepare(admin, year.products, progress));
  const posted = await withBar('Orders', (progress) =>
    postOrders(marketplace, year.invoices, { clients: Number(values.clients), progress }),
  );
  printOrders(posted);
  const whenIdle = () => waitUntilIdle(credentials.gatewayUrl);
  await whenIdle();

  const participants = { service, warehouse, approvers: [lead, finance, admin], provider: credentials };
  const plan = planRefunds(posted.customerOrders, year.cancellations);
  const refunded = await refund(participants, posted.customerOrders, plan, whenIdle);

  const days = [...new Set([...posted.days, ...refunded.sums.days])].toSorted();
  const reported = await withBar('Reports', (progress) => runReports(finance, days, progress));
  printReports(reported);

  const checks = await reconcile(credentials, admin, { year, posted, plan, ...refunded });
  printTaxes(posted.taxes);
  printChecks(checks);
  const { results, payouts } = refunded;
  const changes =
    prepared.created + prepared.stocked + posted.accepted + results.requested + payouts + reported.changed;
  if (changes === 0 && !zones.isChanged) {
    console.log('\nNothing changed: everything existed already.');
  }
  await Promise.all([admin, marketplace, service, warehouse, lead, finance].map((client) => client.close()));
  return checks.every(holds);
}

/** Refunds the cancellations, from the payment of their orders to the provider's notification of the payout. */
async function refund(
  participants: Participants,
  orders: PlacedOrder[],
  plan: RefundPlan,
  whenIdle: () => Promise<void>,
) {
  const { unitsShipped } = await withBar('Paid and shipped', (progress) =>
    payAndShip(participants, orders, plan.refunds, progress),
  );
  await whenIdle();
  const results = await withBar('Refunds', (progress) => requestRefunds(participants, plan.refunds, progress));
  await whenIdle();
  const payouts = await withBar('Payouts', (progress) => payRefunds(participants, results.refundIds, progress));
  await whenIdle();
  const sums = await sumOfRefunds(participants.service, results.refundIds);
  printRefunds(plan, results, sums.paid);
  return { unitsShipped, results, payouts, sums };
}

/** Compares the sent orders and refunds with the reports and the stock. */
async function reconcile(
  { reportsBucket, ...credentials }: Parameters<typeof s3Of>[0] & { reportsBucket: string },
  admin: ApiClient,
  { sums, ...sent }: Omit<Outcome, 'reports' | 'refunds' | 'stock'> & { sums: RefundSums },
): Promise<Check[]> {
  const s3 = s3Of(credentials);
  const inReportsMinor = await refundedInReports(s3, reportsBucket, sums.days, sent.results.refundIds);
  return reconciliation({
    ...sent,
    reports: await sumOfReports(s3, reportsBucket, sent.posted.days),
    refunds: { ...sums, inReportsMinor },
    stock: await stockOf(admin, sent.year.products),
  });
}

async function readCredentials() {
  try {
    return JSON.parse(await readFile(join(values.state, 'credentials.json'), 'utf8'));
  } catch {
    throw new Error('No back office is running here. Start it in another terminal: npm start');
  }
}

type S3Access = {
  s3Endpoint: string;
  region: string;
  awsCredentials: { accessKeyId: string; secretAccessKey: string };
};

const s3Of = ({ s3Endpoint, region, awsCredentials }: S3Access) =>
  new S3Client({ endpoint: s3Endpoint, region, forcePathStyle: true, credentials: awsCredentials });

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return ['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET'].includes(code)
    ? 'The back office stopped. Start it (npm start) and run the replay again: it creates no duplicates.'
    : error.message;
}

try {
  process.exitCode = (await replay(positionals[0])) ? 0 : 1;
} catch (error) {
  console.error(`\n${explain(error)}`);
  process.exitCode = 1;
}
