import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import * as z from 'zod';
import { createDayFiles } from '../../../functions/nightly-metrics/reports/history/day-file-store.ts';
import { earlierDays } from '../../../functions/nightly-metrics/reports/history/history-job.ts';
import { daysFrom } from '../../../shared/business-day.ts';
import { createDuckDb } from '../../../shared/lake/duckdb-client.ts';
import { lakeKey } from '../../../shared/lake/lake-keys.ts';
import { createLakeStore } from '../../../shared/lake/lake-store.ts';
import { literal } from '../../../shared/lake/sql.ts';
import { memoryS3 } from '../run/memory-s3.ts';
import { build } from './build-day.ts';
import { lakeFile } from './lake-files.ts';

const root = mkdtempSync(join(tmpdir(), 'stock-value-'));
afterAll(() => rmSync(root, { recursive: true }));
const duckDb = createDuckDb();

type Change = [sku: string, account: string, units: number, valueMinor: number, category?: string];
const valued = (id: string, date: string, ...changes: Change[]) => ({
  source: 'storeworks.ledger',
  'detail-type': 'StockValued',
  detail: {
    metadata: { eventId: id, occurredAt: `${date}T10:00:00.000Z` },
    data: {
      code: id,
      date,
      changes: changes.map(([sku, account, units, valueMinor, category = 'lights']) =>
        Object.assign({ account, units, valueMinor, currency: 'GBP', category }, sku === '' ? {} : { sku }),
      ),
    },
  },
});
const [received, sold, gift] = ['liabilities:goods-received', 'expenses:cost-of-goods', 'expenses:gifts'];
const [writtenOff, missing] = ['expenses:write-offs', 'expenses:shrinkage'];

/** A lake and the files by day of it. Returns the stock before a day, as a run of that day has it. */
function scene() {
  const s3 = memoryS3();
  const files = (prefix: string) => createDayFiles(s3.client, 'reports', prefix, mkdtempSync(join(root, 'files-')));
  const history = {
    customers: files('customers/'),
    stockChanges: files('stock/changes/'),
    stockClosings: files('stock/closings/'),
  };
  let number = 0;
  return {
    s3,
    add: (date: string, ...events: object[]) =>
      void s3.objects.set(`lake/${lakeKey(date, `file-${(number += 1)}`)}`, lakeFile(...events)),
    async before(date: string) {
      const directory = mkdtempSync(join(root, 'run-'));
      const own = [...s3.objects.entries()].filter(([key]) => key.includes(`dt=${date}/file`));
      const paths = own.map(([, content], index) => {
        const path = join(directory, `own-${index}.ndjson`);
        writeFileSync(path, gunzipSync(content));
        return path;
      });
      return earlierDays({ lake: createLakeStore(s3.client, 'lake'), history, duckDb }, date, paths, directory);
    },
  };
}
const Rows = z.array(z.record(z.string(), z.unknown()));
const rowsOf = (path: string) =>
  duckDb.connected(async (connection) =>
    Rows.parse(
      await connection.rows(`SELECT sku, category, units, valueMinor FROM read_parquet(${literal(path)}) ORDER BY sku`),
    ).map((row) => Object.values(row).join(' ')),
  );

// Seen failing with gifts in the units that are not sold, and with the opening category of a SKU that got another one.
it('values the stock of a day by SKU and category, from the day before and the changes of the day', async () => {
  const lake = scene();
  lake.add('2011-06-13', valued('a', '2011-06-13', ['LAMP', received, 10, 4600], ['MUG', received, 4, 400, 'kitchen']));
  lake.add(
    '2011-06-14',
    valued('b', '2011-06-14', ['LAMP', sold, -2, -920]),
    valued('b', '2011-06-14', ['LAMP', sold, -2, -920]),
  );
  const today = [
    valued('c', '2011-06-15', ['LAMP', sold, -3, -1380], ['LAMP', gift, -1, -460]),
    valued('d', '2011-06-15', ['LAMP', received, 6, 3000], ['LAMP', sold, 0, -7]),
    valued('e', '2011-06-15', ['MUG', writtenOff, -1, -100, 'garden'], ['MUG', missing, 1, 100, 'garden']),
    valued('f', '2011-06-15', ['', 'entry', 0, -50]),
    { ...valued('g', '2011-06-15', ['LAMP', sold, -0.5, -1]) },
  ];
  lake.add('2011-06-15', ...today);
  const { stock } = await lake.before('2011-06-15');
  expect(await rowsOf(stock)).toEqual(['LAMP lights 8 3680', 'MUG kitchen 4 400']);
  const { rows, report, read } = await build([lakeFile(...today)], { openingStock: stock });
  const table = (name: string, key: string, ...columns: string[]) =>
    rows(name).map((row) => [key, ...columns].map((column) => row[column]).join(' '));
  const units = ['openingStockUnits', 'stockReceivedUnits', 'stockSoldUnits', 'writtenOffUnits', 'shrinkageUnits'];
  expect(table('stock-value', 'sku', ...units, 'closingStockUnits', 'sellThrough')).toEqual([
    'LAMP 8 6 4 0 0 10 2857',
    'MUG 4 0 0 1 -1 4 0',
    ' 0 0 0 0 0 0 ',
  ]);
  const values = ['openingStock', 'stockReceived', 'costOfGoods', 'giftCost', 'writeOffs', 'shrinkage'];
  expect(table('stock-value', 'sku', ...values, 'stockChange', 'closingStock', 'stockTurnover')).toEqual([
    'LAMP 3680 3000 1387 460 0 0 1153 4833 3259',
    'MUG 400 0 0 0 100 -100 0 400 0',
    ' 0 0 0 0 0 0 -50 -50 0',
  ]);
  expect(table('stock-value-by-category', 'category', 'openingStock', 'closingStock')).toEqual([
    'garden 400 400',
    'lights 3680 4783',
  ]);
  expect(rows('quarantine').map(({ reason, eventId }) => [reason, eventId])).toEqual([['invalid-stock-value', 'g']]);
  expect(report('stock-value')?.amounts).toMatchObject({ GBP: { costOfGoods: 1387, stockChange: 1103 } });
  // Stock is in no sale, and in no channel.
  expect(report('totals-by-channel')?.rows).toBe(0);
  expect(rows('metrics-by-category')).toEqual([]);
  expect(read('report.html').toString()).toContain('<span>47.83</span>');
});

// Seen failing with a closing file that is named by its day alone: a late event did not change it.
it('has the same stock in whatever order days run, also after a late event, and reads the newest closing file only', async () => {
  const lake = scene();
  const { s3 } = lake;
  const days = daysFrom('2011-06-01', '2011-06-09', 20);
  for (const date of days) lake.add(date, valued(date, date, ['LAMP', received, 1, 100]));
  expect(await rowsOf((await lake.before('2011-06-09')).stock)).toEqual(['LAMP lights 8 800']);
  expect(await rowsOf((await lake.before('2011-06-05')).stock)).toEqual(['LAMP lights 4 400']);
  lake.add('2011-06-03', valued('late', '2011-06-03', ['LAMP', writtenOff, -1, -100]));
  await lake.before('2011-06-03');
  const late = await lake.before('2011-06-09');
  expect(await rowsOf(late.stock)).toEqual(['LAMP lights 7 700']);
  const again = await lake.before('2011-06-09');
  const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
  expect(digest(again.stock)).toBe(digest(late.stock));
  // What a closing file already has is not read again.
  for (const key of [...s3.objects.keys()].filter((each) => /stock.changes.dt=2011-06-0[1-8]/.test(each)))
    s3.objects.set(key, Buffer.from('damaged'));
  const names = [...s3.objects.keys()].filter((each) => each.includes('stock/closings/dt=2011-06-08'));
  expect(names).toHaveLength(2);
});
