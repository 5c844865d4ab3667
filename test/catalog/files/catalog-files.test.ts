import { describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import { createPriceListStore } from '../../../functions/catalog/price-lists/price-list-store.ts';
import { savePrices } from '../../../functions/catalog/prices/sku-prices-api.ts';
import { saveSku } from '../../../functions/catalog/skus/sku-api.ts';
import { SkuContent } from '../../../shared/contracts/catalog/routes.ts';
import { aCause, noon } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { guard, openCatalogueFiles } from './catalogue-files.ts';

const { db } = databaseForEach();
const open = (clock?: () => number) => openCatalogueFiles(db, clock);
const putLists = async (...listIds: string[]) => {
  const lists = createPriceListStore(db, tables);
  for (const [index, listId] of listIds.entries()) {
    const list = { listId, name: listId, currency: 'EUR', priority: index + 1, version: 1 };
    await lists.write({ ...list, changedAt: new Date(noon).toISOString() }, await lists.read(), aCause());
  }
};
const events = async (sku: string) =>
  (await eventsOf(db, tables.CATALOG_TABLE_NAME, `SKU#${sku}`)).map(({ detailType }) => detailType);

const skuHeader = 'sku,name,priceMinor,currency,costMinor,category,taxCategory,weightGrams,active\n';
const priceHeader = 'listId,sku,from,until,minQuantity,unitPriceMinor\n';
const iso = (minutes: number) => new Date(noon + minutes * 60_000).toISOString();
const counts = (accepted: number, changed: number, rejected: number) => ({ accepted, changed, rejected });

test('SKUs are imported, exported and imported again without a change', async () => {
  const { store, upload, exported } = open();
  const rows = Array.from(
    { length: 250 },
    (_, index) => `T-${index},"Tea, ""no ${index}""",${index},GBP,,tea,,,\n`,
  ).join('');
  const special = '\'=1+1,"\'=SUM(A1)",100,JPY,0,"a, b",reduced,0,false\n'.replace("'=1+1", 'X-1');
  const { summary, lines } = await upload('skus', skuHeader + rows + special);
  expect(summary).toMatchObject({ rows: 251, ...counts(251, 251, 0) });
  expect(lines[250]).toBe('252,X-1,accepted,');
  expect((await store.read('T-7'))?.record).toMatchObject({
    name: 'Tea, "no 7"',
    taxCategory: 'standard',
    active: true,
  });
  expect((await store.read('X-1'))?.record).toMatchObject({ name: '=SUM(A1)', weightGrams: 0, active: false });
  expect((await upload('skus', await exported('skus'))).summary).toMatchObject(counts(251, 0, 0));
  expect(await events('T-7')).toEqual(['SkuChanged']);
});

test('prices are imported, exported and imported again without a change, also after they started', async () => {
  let now = noon;
  const { upload, exported } = open(() => now);
  await putLists('a', 'b');
  await upload('skus', `${skuHeader}X,X,1,GBP,,,,,\nY,Y,1,GBP,,,,,\n`);
  const file = `${priceHeader}a,X,,,1,10\na,X,,,5,9\na,X,${iso(5)},,,8\nb,X,,${iso(9)},,7\na,Y,${iso(5)},${iso(6)},2,6\n`;
  expect((await upload('prices', file)).summary).toMatchObject({ rows: 5, ...counts(5, 5, 0) });
  expect(await events('X')).toEqual(['SkuChanged', 'PriceChanged']);
  const first = await exported('prices');
  expect(first.trim().split('\n')).toHaveLength(6);
  for (const minutes of [0, 5, 7, 60]) {
    now = noon + minutes * 60_000;
    expect((await upload('prices', first)).summary).toMatchObject(counts(5, 0, 0));
    expect((await upload('prices', await exported('prices'))).summary).toMatchObject({ changed: 0, rejected: 0 });
  }
  expect(await events('X')).toHaveLength(2);
});

test('a price of a file starts at its time for every price read after it', async () => {
  const { store, upload } = open();
  await putLists('a');
  await upload('skus', `${skuHeader}X,X,1,GBP,,,,,\n`);
  await upload('prices', `${priceHeader}a,X,,,,10\n`);
  await upload('prices', `${priceHeader}a,X,${iso(5)},,,8\n`);
  expect((await store.read('X'))?.record.prices).toEqual([
    { listId: 'a', from: iso(0), until: iso(5), breaks: [{ minQuantity: 1, unitPriceMinor: 10 }] },
    { listId: 'a', from: iso(5), breaks: [{ minQuantity: 1, unitPriceMinor: 8 }] },
  ]);
});

test('files and PUTs of the same SKUs at once lose no change', async () => {
  const { store, upload } = open();
  await putLists('a', 'b', 'c');
  const codes = Array.from({ length: 60 }, (_, index) => `S-${index}`);
  await upload('skus', skuHeader + codes.map((sku) => `${sku},Old,1,GBP,,,,,\n`).join(''));
  const prices = (listId: string) => priceHeader + codes.map((sku) => `${listId},${sku},,,,5\n`).join('');
  const results = await Promise.all([
    upload('prices', prices('a')),
    upload('prices', prices('b')),
    upload('skus', skuHeader + codes.map((sku) => `${sku},New,2,GBP,,,,,\n`).join('')),
    ...codes
      .slice(0, 10)
      .map((sku) =>
        savePrices(store, guard.priceGuard, 60_000)(
          { listId: 'c', sku },
          [{ breaks: [{ minQuantity: 1, unitPriceMinor: 3 }] }],
          aCause(),
        ),
      ),
  ]);
  expect(results.slice(0, 3)).toMatchObject([
    { summary: counts(60, 60, 0) },
    { summary: counts(60, 60, 0) },
    { summary: counts(60, 60, 0) },
  ]);
  for (const [index, sku] of codes.entries()) {
    const record = (await store.read(sku))?.record;
    expect([record?.name, record?.prices?.map(({ listId }) => listId).join()]).toEqual([
      'New',
      index < 10 ? 'a,b,c' : 'a,b',
    ]);
  }
});

describe('a bad row is rejected with its reason, and the others are saved', () => {
  test.each<[string, string]>([
    ['BAD!,A,1,GBP,,,,,', 'sku: '],
    ['B,,1,GBP,,,,,', 'name: The cell is empty'],
    ['B,A,"1,50",GBP,,,,,', 'priceMinor: Not a whole number'],
    ['B,A,1,XAU,,,,,', 'currency: XAU has no minor unit'],
    ['B,A,1,GBP,-1,,,,', 'costMinor: Not a whole number'],
    ['B,A,1,GBP,,,standrd,,', 'Did you mean standard'],
    ['B,A,1,GBP,,,,,maybe', 'active: The values are true and false'],
    ['B,A,1,GBP,,,,', 'has 8 cells'],
    ['GOOD,A,1,GBP,,,,,', 'repeated: row 2 has it already'],
    [`B,${'x'.repeat(400)},1,GBP,,,,,`, 'name: '],
  ])('SKU %s', async (row, reason) => {
    const { store, upload } = open();
    const { summary, lines } = await upload('skus', `${skuHeader}GOOD,A,1,GBP,,,,,\n${row}\nLAST,A,1,GBP,,,,,\n`);
    expect(summary).toMatchObject({ rows: 3, ...counts(2, 2, 1) });
    expect(lines[1]).toContain(reason);
    expect(await store.read('LAST')).toBeDefined();
  });

  test.each<[string, string, number]>([
    ['none,X,,,,1', 'unknown-price-list', 2],
    ['a,NONE,,,,1', 'unknown-sku', 2],
    ['a,X,2020-01-01T00:00:00Z,,,1', 'in the past', 2],
    [`a,X,${iso(2)},${iso(1)},,1`, 'later end', 2],
    ['a,X,,,2,1\na,X,,,1,1', 'not ascending', 2],
    ['a,X,,,0,1', 'minQuantity', 2],
    ['a,X,tomorrow,,,1', 'from: ', 2],
    [`a,X,${iso(1)},${iso(5)},,1\na,X,${iso(3)},,,1`, 'after entry', 2],
    ['a,X,,,,1\nb,X,,,,1\na,X,,,,2', 'repeated', 4],
  ])('price %s', async (rows, reason, accepted) => {
    const { upload } = open();
    await putLists('a', 'b');
    await upload('skus', `${skuHeader}X,X,1,GBP,,,,,\nY,Y,1,GBP,,,,,\n`);
    const { summary, lines } = await upload('prices', `${priceHeader}a,Y,,,,1\n${rows}\nb,Y,,,,1\n`);
    expect(summary).toMatchObject({ accepted });
    expect(lines.some((line) => line.includes('rejected') && line.includes(reason))).toBe(true);
  });
});

test.each<[string, string, string | Buffer, string]>([
  ['without rows', 'skus', skuHeader, 'no rows'],
  ['without a column', 'prices', 'listId,sku\na,X\n', 'unitPriceMinor'],
  ['that is empty', 'skus', '', 'empty'],
  ['that is binary', 'skus', Buffer.from([0, 1, 2, 0, 255, 0]), ''],
  ['of an unknown folder', 'stuff', skuHeader, 'imports/prices/<name>.csv'],
  ['that is JSON', 'prices', '[{"sku":"X"}]', ''],
])('a file %s is refused', async (_name, folder, content, reason) => {
  const { summary } = await open().upload(folder, content);
  expect(summary).toMatchObject({ accepted: 0, refused: expect.stringContaining(reason) as unknown });
});

test('a file that is imported again after a crash in its middle saves each row once', async () => {
  const { store, upload } = open();
  const rows = Array.from({ length: 80 }, (_, index) => `C-${index},C,1,GBP,,,,,\n`);
  await upload('skus', skuHeader + rows.slice(0, 40).join(''));
  expect((await upload('skus', skuHeader + rows.join(''))).summary).toMatchObject(counts(80, 40, 0));
  expect(await events('C-3')).toEqual(['SkuChanged']);
  await saveSku(store, guard)('C-3', SkuContent.parse({ name: 'Later', priceMinor: 1, currency: 'GBP' }), aCause());
  expect(await events('C-3')).toHaveLength(2);
});
