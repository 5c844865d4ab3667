import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { figureApi } from '../../../functions/nightly-metrics/figures/figure-api.ts';
import { createVersionReader } from '../../../shared/reports/publishing/version-reader-store.ts';
import { getDailyMetrics, getFigureExplanation } from '../../../shared/contracts/reports/figure-routes.ts';
import { createCursors } from '../../../shared/dynamodb/cursor.ts';
import { createDuckDb } from '../../../shared/lake/duckdb-client.ts';
import { breakdowns } from '../../../shared/metrics/breakdowns.ts';
import { opens } from '../../../shared/metrics/measure.ts';
import { paid, refundPaid } from '../../ledger/posting/ledger-events.ts';
import { build } from '../reports/build-day.ts';
import { lakeFile, orderPlaced } from '../reports/lake-files.ts';
import { memoryS3 } from '../run/memory-s3.ts';

const date = '2011-06-15';
const directory = mkdtempSync(join(tmpdir(), 'figures-'));
afterAll(() => rmSync(directory, { recursive: true }));
const s3 = memoryS3();
const api = figureApi({
  reports: createVersionReader(s3.client, 'reports', 'daily', directory),
  duckDb: createDuckDb(),
  cursors: createCursors(() => Promise.resolve('secret')),
});
const rest = {
  headers: undefined,
  body: undefined,
  caller: { clientId: 'finance', subject: '', groups: [], address: '' },
};
const cause = { actor: 'finance', correlationId: 'c', causationId: 'r', now: 0 };

const Explained = getFigureExplanation.responses[200].schema;
const Daily = getDailyMetrics.responses[200].schema;
const daily = (query: Record<string, string>) =>
  api.daily({
    ...rest,
    cause,
    params: undefined,
    query: getDailyMetrics.query.parse({ from: date, to: date, ...query }),
  });
const explain = (query: Record<string, unknown>) =>
  api.explain({ ...rest, cause, params: { date }, query: getFigureExplanation.query.parse({ row: 1, ...query }) });

/** All events of a figure, page by page. */
async function opened(query: Record<string, unknown>) {
  const events: z.infer<typeof Explained>['events'] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = Explained.parse((await explain({ ...query, limit: 7, cursor })).body);
    events.push(...page.events);
    cursor = page.cursor;
    if (cursor === undefined) return { ...page, events };
  }
}

beforeAll(async () => {
  const orders = Array.from({ length: 40 }, (_, index) =>
    orderPlaced({
      channel: ['storefront', 'marketplace'][index % 2] ?? '',
      currency: index % 5 === 0 ? 'EUR' : 'GBP',
      customer: { id: `c${index % 11}` },
      couponCodes: [],
      shippingMinor: 100 * (index % 3),
      lines: [
        { sku: `S${index % 4}`, quantity: 1 + (index % 3), discountMinor: 10 * (index % 6), taxMinor: 150 },
        { lineId: 'l1', sku: `T${index % 3}`, category: `K${index % 2}`, unitPriceMinor: 333 },
      ],
    }),
  );
  const others = Array.from({ length: 12 }, (_, index) => [
    paid(`pay-${index}`, '2011-06-15T10:00:00Z', 1000 + index, { occurredAt: '2011-06-15T10:00:00Z' }),
    refundPaid(`ref-${index}`, '2011-06-15T11:00:00Z', [
      { pot: 'line:l0', amountMinor: 500 + index, taxMinor: 80, quantity: 1 },
      { pot: 'shipping', amountMinor: 100, taxMinor: 17 },
    ]),
  ]).flat();
  const store = { channels: ['storefront', 'telephone'], currencies: ['GBP'] };
  const stock = Array.from({ length: 9 }, (_, index) => ({
    source: 'storeworks.ledger',
    'detail-type': 'StockValued',
    detail: {
      metadata: { eventId: `stock-${index}`, occurredAt: '2011-06-15T12:00:00Z' },
      data: {
        changes: ['liabilities:goods-received', 'expenses:cost-of-goods', 'expenses:write-offs'].map((account, at) => ({
          sku: `S${index % 4}`,
          category: `K${index % 2}`,
          currency: 'GBP',
          account,
          units: at === 0 ? 9 : -at - index,
          valueMinor: at === 0 ? 900 : -100 * (at + index),
        })),
      },
    },
  }));
  const built = await build([lakeFile(...orders, ...others, ...stock)], { date, ...store });
  for (const file of readdirSync(built.directory).filter((name) => name.endsWith('.parquet'))) {
    s3.objects.set(`reports/daily/dt=${date}/v=1/${file}`, readFileSync(join(built.directory, file)));
  }
  s3.objects.set(`reports/daily/dt=${date}/latest.json`, Buffer.from('{"version":1}'));
});

describe('the figures of a day', () => {
  it('open: the amounts of their events sum to each of 100 random figures', async () => {
    const names = fc.constantFrom(...(Object.keys(breakdowns) as (keyof typeof breakdowns)[]));
    const number = fc.nat(10_000);
    const wanted = fc.sample(fc.tuple(names, number, number), { numRuns: 100, seed: 16 });
    const rowsByName = new Map<string, number>();
    let events = 0;
    for (const [by, atRow, atColumn] of wanted) {
      const { report, measures } = breakdowns[by];
      const count = rowsByName.get(by) ?? Daily.parse((await daily({ by })).body).days[0]?.rows.length ?? 0;
      rowsByName.set(by, count);
      const columns = measures.filter(opens).map(({ name }) => name);
      const figure = { report, row: 1 + (atRow % count), column: columns[atColumn % columns.length] };
      const found = await opened(figure);
      events += found.events.length;
      const sum = found.events.reduce((total, { amount }) => total + Number(amount), 0);
      expect([figure, sum]).toEqual([figure, Number(found.figure)]);
    }
    expect(events).toBeGreaterThan(200);
  });

  it('name the keys of their row, and the events with their orders', async () => {
    const found = await opened({ report: 'totals-by-channel', row: 1, column: 'orders' });
    expect(found).toMatchObject({ version: 1, keys: { channel: 'marketplace', currency: 'EUR' }, figure: 4 });
    expect(found.events).toHaveLength(4);
    expect(found.events[0]).toMatchObject({ eventType: 'OrderPlaced', amount: 1 });
  });

  it.each([
    ['an unknown report', { report: 'none' }, 404],
    ['a report that lists orders', { report: 'orders' }, 404],
    ['an unknown column', { report: 'metrics-by-sku', column: 'captured' }, 422],
    ['a ratio', { report: 'metrics-by-day', column: 'averageOrderValue' }, 422],
    ['a balance', { report: 'stock-value', column: 'closingStock' }, 422],
    ['a row after the last', { report: 'metrics-by-day', row: 99 }, 404],
    ['an unknown version', { report: 'metrics-by-day', version: 2 }, 404],
    ['a cursor of another figure', { report: 'metrics-by-day', cursor: 'x' }, 400],
  ])('do not open for %s', async (_, query, status) => expect((await explain(query)).status).toBe(status));
});

describe('the measures of several days', () => {
  it('have the rows of each day, and name the days without reports', async () => {
    const { body } = await daily({ from: '2011-06-14', by: 'channel' });
    const { days, missing } = Daily.parse(body);
    expect(missing).toEqual(['2011-06-14']);
    expect(days.map(({ rows }) => rows.map(({ channel, currency, orders }) => [channel, currency, orders]))).toEqual([
      [
        ['marketplace', 'EUR', 4],
        ['marketplace', 'GBP', 16],
        ['storefront', 'EUR', 4],
        ['storefront', 'GBP', 16],
        ['telephone', 'GBP', 0],
        [null, 'GBP', 0],
      ],
    ]);
    expect(days[0]?.rows[4]).toMatchObject({ netSales: 0, averageOrderValue: null });
  });

  it.each([
    ['an empty range', { from: '2011-06-16' }],
    ['93 days', { to: '2011-09-15' }],
  ])('refuse %s', async (_, query) => expect((await daily(query)).status).toBe(422));
});
