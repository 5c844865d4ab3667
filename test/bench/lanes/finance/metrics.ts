import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventsOf, rowAt } from '../../../../functions/nightly-metrics/figures/explain.ts';
import { buildReports } from '../../../../functions/nightly-metrics/reports/build-reports-job.ts';
import { createDuckDb } from '../../../../shared/lake/duckdb-client.ts';
import { literal } from '../../../../shared/lake/sql.ts';
import { breakdowns } from '../../../../shared/metrics/breakdowns.ts';
import { measures } from '../../../../shared/metrics/measures.ts';
import { orderPlaced } from '../../../nightly-metrics/reports/lake-files.ts';

const orders = Number(process.argv[3] ?? 50_000);
const date = '2026-03-05';
const skuCount = 3000;
const ordersPerFile = 2000;
const sampleIds = ['01KJZ8T5W0QH5V6Y3N2M1P0RSC', 'ord_0123456789abcdefghjkmnpqrs', 'evt_1'];
const megabyte = 1024 * 1024;
const duckDb = createDuckDb();

/** Reports of a day of orders with promotions, payments, cancellations and refunds, over a bare scan of the same files. */
export async function metrics(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'bench-metrics-'));
  try {
    const paths = await writeLake(join(root, 'lake'));
    await secondsOf(() => scan(paths));
    const floor = await secondsOf(() => scan(paths));
    const directory = join(root, 'reports');
    mkdirSync(directory);
    let events = 0;
    const seconds = await secondsOf(async () => {
      const day = { date, timeZone: 'Europe/London', channels: ['storefront'], currencies: ['GBP'] };
      const { input } = await buildReports(duckDb, paths, directory, day);
      if (input.quarantined.length > 0) throw new Error(JSON.stringify(input.quarantined));
      ({ events } = input);
    });
    const peak = process.resourceUsage().maxRSS / 1024;
    const opened = await secondsOf(() => open(directory));
    const bytes = readdirSync(directory).reduce((sum, file) => sum + readFileSync(join(directory, file)).length, 0);
    console.log(
      `${orders} orders (${events} events) to all outputs: ${seconds.toFixed(2)} s, ${Math.round(bytes / megabyte)} MB`,
    );
    console.log(`  bare scan and aggregate   ${floor.toFixed(2)} s`);
    console.log(`  ratio                     ${(seconds / floor).toFixed(2)} (aim: 3 at 1,000,000)`);
    console.log(`  peak memory               ${Math.round(peak)} MB`);
    console.log(`  opening a figure          ${opened.toFixed(2)} s (aim: 2)`);
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

/** The floor: sales by channel and by SKU, with the fields of lines that these need. */
const scan = (paths: readonly string[]) =>
  duckDb.connected(async (connection) => {
    const line = 'STRUCT(sku VARCHAR, quantity BIGINT, unitPriceMinor BIGINT, discountMinor BIGINT)[]';
    const data = `STRUCT(channel VARCHAR, currency VARCHAR, totalMinor BIGINT, lines ${line})`;
    const columns = `{'detail-type': 'VARCHAR', detail: 'STRUCT(metadata STRUCT(eventId VARCHAR), data ${data})'}`;
    await connection.rows(
      `WITH placed AS MATERIALIZED (
         SELECT detail.data AS o FROM read_json([${paths.map(literal).join(', ')}], format = 'newline_delimited',
           columns = ${columns}, maximum_object_size = 67108864) WHERE "detail-type" = 'OrderPlaced')
       SELECT o.channel AS key, count(*) AS orders, sum(o.totalMinor) AS amount FROM placed GROUP BY ALL
       UNION ALL
       SELECT line.sku, count(*), sum(line.quantity * line.unitPriceMinor - line.discountMinor)
       FROM (SELECT unnest(o.lines) AS line FROM placed) GROUP BY ALL`,
    );
  });

/** The events of the largest figure of the day. */
const open = (directory: string) =>
  duckDb.connected(async (connection) => {
    const measure = measures.find(({ name }) => name === 'netSales');
    if (!measure) throw new Error('There is no such measure.');
    await connection.rows(rowAt(join(directory, 'totals-by-channel.parquet'), 1));
    const keys = { channel: 'storefront', currency: 'GBP' };
    const page = { limit: 101 };
    const found = await connection.rows(
      eventsOf(join(directory, 'facts.parquet'), breakdowns.channel, measure, keys, page),
    );
    if (found.length === 0) throw new Error('The figure has no events.');
  });

const sample = (name: string) =>
  JSON.stringify(JSON.parse(readFileSync(new URL(`../../../contracts/${name}.sample.json`, import.meta.url), 'utf8')));

/** Each order is placed and captured; a tenth is cancelled and a tenth is refunded. Ids of events are in no order. */
async function writeLake(directory: string): Promise<string[]> {
  mkdirSync(directory);
  const [captured, cancelled, refunded] = ['payment-recorded', 'order-cancelled', 'refund-paid'].map(sample);
  const paths: string[] = [];
  for (let from = 0; from < orders; from += ordersPerFile) {
    const path = join(directory, `${from}.ndjson`);
    const file = createWriteStream(path);
    for (let index = from; index < Math.min(from + ordersPerFile, orders); index += 1) {
      const order = anOrder(index);
      const copyOf = (text = '', kind = '') =>
        sampleIds.reduce(
          (copy, id, place) => copy.replaceAll(id, place === 1 ? order.detail.data.orderId : `${kind}${id}-${index}`),
          text,
        );
      const events = [JSON.stringify(order), copyOf(captured, 'p')];
      if (index % 10 === 0) events.push(copyOf(cancelled, 'c'));
      if (index % 10 === 1) events.push(copyOf(refunded, 'r'));
      file.write(`${events.join('\n')}\n`);
    }
    file.end();
    await finished(file);
    paths.push(path);
  }
  return paths;
}

/** An order of two lines in the hours of the day, with a promotion on the first line. */
function anOrder(index: number) {
  const lines = [0, 1].map((place) => ({
    lineId: `line-${place}`,
    sku: `SKU-${(index * 7 + place) % skuCount}`,
    category: `Category ${index % 20}`,
    quantity: 1 + (index % 3),
    unitPriceMinor: 1200 + (index % 50),
    discountMinor: place === 0 ? 120 : 0,
    taxMinor: 200,
  }));
  const second = String(index % 60).padStart(2, '0');
  return orderPlaced({
    orderId: `ord_${String((index * 7919) % 100_000_007).padStart(9, '0')}`,
    channel: index % 4 === 0 ? 'marketplace' : 'storefront',
    customer: { id: `cus_${index % 40_000}` },
    shippingAddress: { country: index % 5 === 0 ? 'FR' : 'GB' },
    taxes: [{ rateId: 'vat', jurisdiction: 'GB', percentage: '20', amountMinor: 400 }],
    discounts: [
      { code: 'SPRING', promotionId: 'spring', appliedMinor: 120, lines: [{ lineId: 'line-0', amountMinor: 120 }] },
    ],
    lines,
    placedAt: `${date}T${String(index % 24).padStart(2, '0')}:${second}:00.000Z`,
  } as unknown as Parameters<typeof orderPlaced>[0]);
}
