import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { daysBefore } from '../../../shared/business-day.ts';
import { associations, minPairBaskets, pairsByChance } from '../../../shared/insights/associations.ts';
import { churnCalibration, churnOverTime, churnRisks } from '../../../shared/insights/churn.ts';
import { addDay, inputTables } from '../../../shared/insights/inputs.ts';
import { itemsOn } from '../../../shared/insights/items.ts';
import { customersOn, segments } from '../../../shared/insights/segments.ts';
import { createDuckDb } from '../../../shared/lake/duckdb-client.ts';
import { type Connection, literal } from '../../../shared/lake/sql.ts';

const duckDb = createDuckDb();
const day = '2025-12-31';
type Row = Record<string, unknown>;

const inTables = <T>(work: (connection: Connection, rows: (sql: string) => Promise<Row[]>) => Promise<T>) =>
  duckDb.connected(async (connection) => {
    for (const sql of inputTables) await connection.run(sql);
    return work(connection, async (sql) => (await connection.rows(sql)) as Row[]);
  });
const insert = (connection: Connection, table: string, rows: readonly (string | number)[][]) =>
  connection.run(
    `INSERT INTO ${table} VALUES ${rows.map((row) => `(${row.map((cell) => (typeof cell === 'number' ? cell : literal(cell))).join(', ')})`).join(', ')}`,
  );

test('a pair has the measures of their definitions, in both directions, and rarer pairs have no row', async () => {
  // 100 baskets: TEA in 40, CUP in 30, both in 25; JAM with TEA in 19; MAT in 80, of which 20 with TEA.
  const baskets = Array.from({ length: 100 }, (_, index) => {
    const skus = [
      index < 40 && 'TEA',
      index >= 15 && index < 45 && 'CUP',
      index < 19 && 'JAM',
      index >= 20 && 'MAT',
      'BAG',
    ];
    return skus.filter((sku) => sku !== false).map((sku) => [`o${index}`, sku]);
  }).flat();
  const rows = await inTables(async (connection, read) => {
    await insert(connection, 'basket', baskets);
    return read(`SELECT * FROM (${associations}) ORDER BY sku, withSku`);
  });
  const pair = (sku: string, withSku: string) => rows.find((row) => row['sku'] === sku && row['withSku'] === withSku);
  expect(pair('TEA', 'CUP')).toMatchObject({ baskets: '25', support: 0.25, confidence: 0.625 });
  expect(pair('TEA', 'CUP')?.['lift']).toBeCloseTo(0.25 / (0.4 * 0.3), 12);
  // Zhang's definition: (P(CUP|TEA) − P(CUP|not TEA)) / max of the two.
  const [given, without] = [25 / 40, 5 / 60];
  expect(pair('TEA', 'CUP')?.['zhang']).toBeCloseTo((given - without) / Math.max(given, without), 12);
  const [back, backWithout] = [25 / 30, 15 / 70];
  expect(pair('CUP', 'TEA')?.['zhang']).toBeCloseTo((back - backWithout) / Math.max(back, backWithout), 12);
  // 20 of 40 with TEA, and all 60 without. Seen failing with own and other exchanged in the formula.
  expect(pair('TEA', 'MAT')?.['zhang']).toBeCloseTo((0.5 - 1) / 1, 12);
  // A SKU of every basket says nothing of the others.
  expect(pair('BAG', 'TEA')).toMatchObject({ lift: 1, zhang: 0 });
  expect(rows.some((row) => row['sku'] === 'JAM')).toBe(false);
});

test('the pairs of chance are those that random baskets have', () => {
  // 60 SKUs in 200 of 2,000 baskets each: a mean of 20 together. P(Poisson(20) ≥ 20) = 0.5297.
  const counts = Array.from({ length: 60 }, () => 200);
  expect(pairsByChance(counts, 2000)).toBeCloseTo(((60 * 59) / 2) * 0.52974, 1);
  expect(pairsByChance([1000, 1000, 20], 1000)).toBeCloseTo(1 + 2 * 0.5297, 3);
  expect(pairsByChance([], 0)).toBe(0);
  expect(minPairBaskets).toBe(20);
});

test('every customer is in exactly one of the eleven segments, and equal customers in the same', async () => {
  const Purchase = fc.tuple(
    fc.integer({ min: 0, max: 30 }).map((customer) => `c${customer}`),
    fc.constantFrom('GBP', 'EUR'),
    fc.integer({ min: 0, max: 400 }).map((days) => daysBefore(day, days)),
    fc.integer({ min: 0, max: 50_000 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(Purchase, { minLength: 1, maxLength: 120 }), async (purchases) => {
      const rows = await inTables(async (connection, read) => {
        await insert(connection, 'purchase', purchases);
        return read(customersOn(day));
      });
      // Seen failing with a segment's cell removed from the grid.
      expect(rows).toHaveLength(new Set(purchases.map(([id]) => id)).size);
      expect(new Set(rows.map((row) => row['customerId']))).toEqual(new Set(purchases.map(([id]) => id)));
      for (const row of rows) expect(Object.keys(segments)).toContain(row['segment']);
      const byScores = Map.groupBy(rows, (row) =>
        [row['currency'], row['recencyDays'], row['orders'], row['sales']].join(),
      );
      for (const equal of byScores.values()) expect(new Set(equal.map((row) => row['segment'])).size).toBe(1);
    }),
    { numRuns: 25 },
  );
});

test('all eleven segments exist, and the newest customers with the most sales are champions', async () => {
  const purchases = Array.from({ length: 400 }, (_, index) => {
    const [recency, value] = [index % 20, Math.floor(index / 20)];
    const orders = Array.from({ length: value + 1 }, () => [
      `c${index}`,
      'GBP',
      daysBefore(day, 5 * recency),
      100 * value,
    ]);
    return orders;
  }).flat();
  const rows = await inTables(async (connection, read) => {
    await insert(connection, 'purchase', purchases);
    return read(customersOn(day));
  });
  expect(new Set(rows.map((row) => row['segment']))).toEqual(new Set(Object.keys(segments)));
  expect(rows.find((row) => row['customerId'] === 'c380')).toMatchObject({ recencyDays: '0', segment: 'champions' });
  expect(rows.find((row) => row['customerId'] === 'c19')).toMatchObject({ recencyDays: '95', segment: 'lost' });
});

test('churn risks are the shares of the 90 days before, and are compared with what was observed', async () => {
  // Regular customers order every 30 days; half of the others ordered twice, 90 days apart, and half once only.
  const regular = Array.from({ length: 40 }, (_, customer) =>
    Array.from({ length: 13 }, (_each, month) => [`r${customer}`, 'GBP', daysBefore(day, 30 * month), 1000]),
  ).flat();
  const once = Array.from({ length: 40 }, (_, customer) => [
    [`o${customer}`, 'GBP', daysBefore(day, 200 + customer), 1000],
  ]).flat();
  const { risks, calibration, overTime } = await inTables(async (connection, read) => {
    await insert(connection, 'purchase', [...regular, ...once]);
    return {
      risks: await read(churnRisks(day)),
      calibration: await read(`FROM (${churnCalibration(day)}) ORDER BY tenth`),
      overTime: await read(`FROM (${churnOverTime(day)}) ORDER BY tenth`),
    };
  });
  const riskOf = (id: string) => Number(risks.find((row) => row['customerId'] === id)?.['risk']);
  expect(risks).toHaveLength(80);
  // (0 + 2 · 0.5) / (40 + 2), and the overall share of a cell that was not observed.
  expect(riskOf('r1')).toBeCloseTo(1 / 42, 12);
  expect(riskOf('o1')).toBeGreaterThanOrEqual(0.5);
  for (const table of [calibration, overTime]) {
    expect(table.reduce((sum, row) => sum + Number(row['customers']), 0)).toBe(80);
    expect(table[0]).toMatchObject({ observed: 0 });
    expect(table.at(-1)).toMatchObject({ observed: 1 });
  }
});

test('a customer is held out from the risk that the calibration compares with them', async () => {
  // Equal customers, of whom only one half ordered again: learned from themselves, predictions would be what was observed.
  const halfOf = (id: string) => (createHash('md5').update(id).digest('hex').charCodeAt(0) % 2 === 0 ? 'even' : 'odd');
  const purchases = Array.from({ length: 40 }, (_, index) => `c${index}`).flatMap((id) => {
    const orderOn = (daysAgo: number) => [id, 'GBP', daysBefore(day, daysAgo), 1000];
    return halfOf(id) === 'even' ? [orderOn(100), orderOn(1)] : [orderOn(100)];
  });
  const calibration = await inTables(async (connection, read) => {
    await insert(connection, 'purchase', purchases);
    return read(`FROM (${churnCalibration(day)}) ORDER BY tenth`);
  });
  // Seen failing when each half was predicted from itself.
  expect(calibration).toMatchObject([
    { tenth: 0, predicted: 0, observed: 1 },
    { tenth: 9, predicted: 1, observed: 0 },
  ]);
});

test('a history below 180 days has risks only where they can be learned, and no calibration', async () => {
  const found = await inTables(async (connection, read) => {
    await insert(connection, 'purchase', [['c1', 'GBP', daysBefore(day, 10), 100]]);
    return { risks: await read(churnRisks(day)), calibration: await read(churnCalibration(day)) };
  });
  expect(found).toEqual({ risks: [{ customerId: 'c1', risk: null }], calibration: [] });
});

test('classes end at 80 and 95 % of the sales of each currency, and SKUs without a sale for 60 days are slow', async () => {
  const rows = await inTables(async (connection, read) => {
    const sale = (sku: string, days: number, sales: number, currency = 'GBP') => [
      daysBefore(day, days),
      'storefront',
      sku,
      currency,
      1,
      sales,
    ];
    await insert(connection, 'sale', [
      sale('A1', 0, 70),
      sale('A2', 59, 20),
      sale('B1', 60, 6),
      sale('C1', 180, 4),
      sale('OLD', 365, 900),
      sale('C1', 1, 5, 'EUR'),
    ]);
    return read(`SELECT sku, currency, class, movement FROM (${itemsOn(day)}) ORDER BY currency, sku`);
  });
  expect(rows.map((row) => Object.values(row).join(' '))).toEqual([
    'C1 EUR A moving',
    'A1 GBP A moving',
    'A2 GBP A moving',
    'B1 GBP B slow',
    'C1 GBP C idle',
  ]);
});

test('a day is read from its published reports: placements only, each SKU of an order once, and guests as no customer', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'insights-'));
  const [facts, orders] = [join(directory, 'facts.parquet'), join(directory, 'orders.parquet')];
  try {
    const found = await inTables(async (connection, read) => {
      await connection.run(`COPY (SELECT * FROM (VALUES
        ('OrderPlaced', 'o1', 'line', 'TEA', 'GBP', 2, 500, 0, 'web'), ('OrderPlaced', 'o1', 'line', 'TEA', 'GBP', 1, 250, 0, 'web'),
        ('OrderPlaced', 'o1', 'discount', 'TEA', 'GBP', 0, 0, 50, 'web'), ('OrderPlaced', 'o1', 'shipping', NULL, 'GBP', 0, 0, 0, 'web'),
        ('RefundPaid', 'o1', 'line', 'TEA', 'GBP', 0, 0, 0, 'web'), ('OrderImported', 'o2', 'line', 'CUP', 'EUR', 1, 90, 0, 'shop'))
        AS f (eventType, orderId, component, sku, currency, units, grossSales, discounts, channel)) TO ${literal(facts)} (FORMAT parquet)`);
      await connection.run(`COPY (SELECT * FROM (VALUES ('c1', 'GBP', 750, 50), (NULL, 'EUR', 90, 0))
        AS o (customerId, currency, subtotalMinor, discountMinor)) TO ${literal(orders)} (FORMAT parquet)`);
      for (const sql of addDay(day, facts, orders)) await connection.run(sql);
      const tables = ['sale', 'basket', 'purchase'].map((table) => read(`SELECT * FROM ${table} ORDER BY ALL`));
      return Promise.all(tables);
    });
    expect(found).toEqual([
      [
        { day, channel: 'shop', sku: 'CUP', currency: 'EUR', units: '1', sales: '90' },
        { day, channel: 'web', sku: 'TEA', currency: 'GBP', units: '3', sales: '700' },
      ],
      [
        { orderId: 'o1', sku: 'TEA' },
        { orderId: 'o2', sku: 'CUP' },
      ],
      [{ customerId: 'c1', currency: 'GBP', day, sales: '700' }],
    ]);
  } finally {
    await rm(directory, { recursive: true });
  }
});
