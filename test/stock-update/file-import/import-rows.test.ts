import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { importRows } from '../../../functions/stock-update/file-import/import-rows.ts';
import { headerProblem, parseRow } from '../../../functions/stock-update/file-import/movement-row.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { createResultFile } from '../../../functions/stock-update/file-import/result-file-store.ts';
import { createStockStore, type StockStore } from '../../../functions/stock-update/stock/store.ts';
import { combineWrites } from '../../../functions/stock-update/file-import/combined-writes.ts';
import { aCause, aMovement, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { receive, stockedSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const store = createStockStore(database.db, tables);
const directory = mkdtempSync(join(tmpdir(), 'stock-file-test-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function skusOfTheirOwn(count: number): Promise<string[]> {
  const skus: string[] = [];
  while (skus.length < count) skus.push(await stockedSku(database.db, 0));
  return skus;
}

const log = { info: () => {}, warn: () => {} };
let runs = 0;
async function run(body: Readable, through: Pick<StockStore, 'read' | 'write'> = store, uploadedAt = noon) {
  const path = join(directory, `${(runs += 1)}.csv`);
  const result = createResultFile(path);
  const about = { openOrders: undefined, uploadedAt: new Date(uploadedAt).toISOString(), cause: aCause() };
  try {
    await importRows(body, about, { store: through, result, clock: () => noon, log });
  } finally {
    await result.close();
  }
  return { ...(await result.close()), text: readFileSync(path, 'utf8') };
}

test('a run that is cut off goes on when it is started again, and says what a single run would have said', async () => {
  const skus = await skusOfTheirOwn(40);
  const rows = Array.from({ length: 3000 }, (_, index) => `r${index},${skus[index % 40]},main,receipt,1`);
  const text = ['movementId,sku,warehouse,type,quantity', ...rows].join('\n');
  let writes = 0;
  const dying: Pick<StockStore, 'read' | 'write'> = {
    read: (movements) => store.read(movements),
    write: async (...given) => {
      writes += 1;
      if (writes === 70) throw new Error('The function was ended');
      return store.write(...given);
    },
  };
  await expect(run(Readable.from([text]), dying)).rejects.toThrow('ended');
  const again = await run(Readable.from([text]));
  expect(again.summary).toEqual({ rows: 3000, accepted: 3000, rejected: 0, reasons: {} });
  expect((await run(Readable.from([text]))).text).toBe(again.text);
  const stock = await Promise.all(skus.map((sku) => store.stock(sku)));
  expect(stock.map((each) => each.stock?.warehouses['main']?.onHand)).toEqual(skus.map(() => 75));
});

test('a count that does not say when it was made is of when its file was dropped', async () => {
  const [sku = ''] = await skusOfTheirOwn(1);
  const lines = ['movementId,sku,warehouse,type,quantity', `of-the-drop,${sku},main,count,4`];
  await receive(database.db, sku, 5);
  await run(Readable.from([lines.join('\n')]), store, noon - 60_000);
  expect((await store.stock(sku)).stock?.warehouses['main']?.onHand).toBe(9);
});

test('a row that is refused ends no run, however long it took', async () => {
  const [refused] = await applyMovements(store, [aMovement({ sku: 'NO-SKU' })], aCause(), {
    retryBudgetMs: 0,
    skusAtOnce: 1,
  });
  expect(refused).toMatchObject({ status: 'rejected', reason: 'unknown-sku' });
});

test('a body that breaks off is not taken for a whole file', async () => {
  const body = Readable.from(
    (async function* () {
      yield 'movementId,sku,warehouse,type,quantity\n';
      await Promise.resolve();
      throw new Error('The connection was lost');
    })(),
  );
  await expect(run(body)).rejects.toThrow('lost');
});

test('rows are counted with the blank lines between them, so that each is found again', async () => {
  const lines = ['movementId,sku,warehouse,type,quantity', '', 'm1,NO-SKU,main,receipt,1', ' ,', 'm2,NO-SKU,main', ''];
  const { text, summary } = await run(Readable.from([lines.join('\n')]));
  expect(text.trim().split('\n').slice(1)).toEqual([
    '2,m1,rejected,unknown-sku',
    '4,,rejected,"invalid: 3 cells, not 5"',
  ]);
  expect(summary.rows).toBe(2);
});

test('a result never starts a formula in a spreadsheet', async () => {
  const text = 'movementId,sku,warehouse,type,quantity\n"=HYPERLINK(""x"")",NO-SKU,main,receipt,1';
  expect((await run(Readable.from([text]))).text.split('\n')[1]).toBe(`1,"'=HYPERLINK(""x"")",rejected,unknown-sku`);
});

describe('a row', () => {
  const columns = ['movementId', 'sku', 'warehouse', 'type', 'quantity', 'openOrders'];
  test.each<[string, string[], object]>([
    ['is a movement', ['m', 'MUG', 'main', 'receipt', '3', ''], { movement: { type: 'receipt', quantity: 3 } }],
    ['may be padded', [' m ', 'MUG', 'main', 'receipt ', ' 3', ''], { movement: { movementId: 'm', quantity: 3 } }],
    ['takes what the file says', ['m', 'MUG', 'main', 'count', '3', ''], { movement: { openOrders: 'deducted' } }],
    ['says it itself', ['m', 'MUG', 'main', 'count', '3', 'included'], { movement: { openOrders: 'included' } }],
    ['has whole numbers', ['m', 'MUG', 'main', 'receipt', '1.5', ''], { problem: expect.stringContaining('quantity') }],
    [
      'has plain numbers',
      ['m', 'MUG', 'main', 'receipt', '0x10', ''],
      { problem: expect.stringContaining('quantity') },
    ],
    ['has as many cells as columns', ['m', 'MUG'], { problem: 'invalid: 2 cells, not 6' }],
    [
      'names all that is wrong',
      ['', 'M U G', 'main', 'gift', '1', ''],
      { problem: expect.stringMatching(/movementId.*sku.*type/) },
    ],
  ])('%s', (_name, cells, expected) => {
    expect(parseRow(columns, cells, 'deducted')).toMatchObject(expected);
  });

  test('is only read below a header that is understood', () => {
    expect(headerProblem(columns)).toBeUndefined();
    expect(headerProblem(columns.slice(1))).toBe('The header lacks movementId');
    expect(headerProblem([...columns, 'quantité'])).toContain('quantité');
    expect(headerProblem([...columns, 'sku'])).toContain('twice');
  });
});

describe('rows of many SKUs', () => {
  const file = (skus: string[]) =>
    Readable.from([
      ['movementId,sku,warehouse,type,quantity', ...skus.map((sku) => `in-${sku},${sku},main,receipt,1`)].join('\n'),
    ]);
  /** The store as the function that imports has it, with the transactions counted. */
  function together() {
    const sizes: number[] = [];
    const commit: StockStore['commit'] = (actions) => {
      sizes.push(actions.length);
      return store.commit(actions);
    };
    return { ...store, sizes, write: combineWrites({ ...store, commit }) };
  }

  test('are written 33 to a transaction', async () => {
    const skus = await skusOfTheirOwn(330);
    const through = together();
    expect((await run(file(skus), through)).summary).toMatchObject({ accepted: 330, rejected: 0 });
    expect(through.sizes.length).toBeLessThanOrEqual(14);
    expect(Math.max(...through.sizes)).toBeLessThanOrEqual(100);
  });

  test('that count as of an earlier time are, too', async () => {
    const skus = await skusOfTheirOwn(330);
    await run(file(skus));
    const rows = skus.map((sku) => `count-${sku},${sku},main,count,4,2026-03-05T06:00:00Z`);
    const counts = ['movementId,sku,warehouse,type,quantity,occurredAt', ...rows].join('\n');
    const through = together();
    expect((await run(Readable.from([counts]), through)).summary).toMatchObject({ accepted: 330, rejected: 0 });
    expect(through.sizes.length).toBeLessThanOrEqual(14);
    const onHand = await Promise.all(
      skus.map(async (sku) => (await store.stock(sku)).stock?.warehouses['main']?.onHand),
    );
    expect(new Set(onHand)).toEqual(new Set([5]));
  });

  test('are written one by one where one is in the way, and the others are none the worse', async () => {
    const skus = await skusOfTheirOwn(40);
    const through = together();
    // Somebody else receives the third after each time that it is read: what was decided on it no longer holds.
    const late: Pick<StockStore, 'read' | 'write'> = {
      write: through.write,
      read: async (movements) => {
        const books = await through.read(movements);
        await receive(database.db, skus[3] ?? '', 5);
        return books;
      },
    };
    expect((await run(file(skus), late)).summary).toMatchObject({ accepted: 40, rejected: 0 });
    const onHand = await Promise.all(
      skus.map(async (sku) => (await store.stock(sku)).stock?.warehouses['main']?.onHand),
    );
    expect(onHand).toEqual(skus.map((_, index) => (index === 3 ? 11 : 1)));
  });
});
