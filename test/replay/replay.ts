import { S3Client } from '@aws-sdk/client-s3';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';
import { createApiClient } from '../support/api-client.ts';
import { untilSettled } from '../support/until-settled.ts';
import { readSampleYear } from './invoices.ts';
import { type Check, holds, reconciliation, sumOfReports } from './reconciliation.ts';
import { postOrders, prepare, type Progress, runReports, unitsTaken } from './year.ts';

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
  const admin = createApiClient(credentials, 'admin');
  const marketplace = createApiClient(credentials, 'marketplace');

  console.log(`${count(year.invoiceCount)} invoices, ${count(year.products.length)} SKUs in ${file}`);
  for (const [reason, number] of year.leftOutInvoices) console.log(`  left out: ${count(number)} invoices: ${reason}`);
  for (const [reason, number] of year.leftOutRows) console.log(`  left out: ${count(number)} rows: ${reason}`);

  const prepared = await withBar('Catalogue and stock', (progress) => prepare(admin, year.products, progress));
  const posted = await withBar('Orders', (progress) =>
    postOrders(marketplace, year.invoices, { clients: Number(values.clients), progress }),
  );
  console.log(
    `${count(posted.accepted)} orders accepted, ${count(posted.replayed)} were there already; ` +
      `${rate(posted.accepted + posted.replayed, posted.seconds)} orders/s over ${posted.seconds.toFixed(1)} s`,
  );
  for (const [reason, number] of posted.refused) console.log(`  refused: ${count(number)}: ${reason}`);

  await untilSettled(credentials.gatewayUrl);
  const days = [...posted.days].toSorted();
  const reported = await withBar('Reports', (progress) => runReports(admin, days, progress));
  console.log(`${count(reported.days)} days reported in ${reported.seconds.toFixed(1)} s, ${reported.changed} changed`);

  const s3 = new S3Client({
    endpoint: credentials.s3Endpoint,
    region: credentials.region,
    forcePathStyle: true,
    credentials: { accessKeyId: 'administrator', secretAccessKey: 'local' },
  });
  const reports = await sumOfReports(s3, credentials.reportsBucket, days);
  const checks = reconciliation(year, posted, reports, await unitsTaken(admin, year.products));
  console.log('\nReconciliation');
  for (const check of checks) console.log(`  ${line(check)}`);
  if (prepared.created + prepared.stocked + posted.accepted + reported.changed === 0) {
    console.log('\nNothing changed: everything was there already.');
  }
  await Promise.all([admin.close(), marketplace.close()]);
  return checks.every(holds);
}

const line = (check: Check) => {
  const show = (value: number) => (check.money ? `£${(value / 100).toFixed(2)}` : count(value));
  const parts = Object.entries(check.right).map(([name, value]) => `${show(value)} ${name}`);
  return `${holds(check) ? 'holds  ' : 'DIFFERS'}  ${check.name}: ${show(check.left)} = ${parts.join(' + ')}`;
};

async function readCredentials() {
  try {
    return JSON.parse(await readFile(join(values.state, 'credentials.json'), 'utf8'));
  } catch {
    throw new Error('No back office is running here. Start it in another terminal: npm start');
  }
}

async function withBar<T>(title: string, work: (progress: Progress) => Promise<T>): Promise<T> {
  const bar = new SingleBar(
    {
      format: `${title.padEnd(20)} {bar} {percentage}% {value}/{total} {eta_formatted}`,
      noTTYOutput: true,
      notTTYSchedule: 10_000,
    },
    Presets.shades_classic,
  );
  bar.start(1, 0);
  try {
    return await work((done, total) => {
      bar.setTotal(total);
      bar.update(done);
    });
  } finally {
    bar.stop();
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return ['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET'].includes(code)
    ? 'The back office went away. Start it (npm start) and run the replay again: nothing will be doubled.'
    : error.message;
}

const count = (value: number) => value.toLocaleString('en-GB');
const rate = (items: number, seconds: number) => Math.round(items / Math.max(seconds, 0.001));

try {
  process.exitCode = (await replay(positionals[0])) ? 0 : 1;
} catch (error) {
  console.error(`\n${explain(error)}`);
  process.exitCode = 1;
}
