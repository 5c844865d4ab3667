import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { importRows } from '../../../functions/stock-update/file-import/import-rows.ts';
import { parseMovement } from '../../../functions/stock-update/file-import/movement-row.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { movementResultColumns } from '../../../shared/contracts/stock/file-columns.ts';
import { createResultFile } from '../../../shared/csv/result-file-store.ts';
import { createStockStore, type StockStore } from '../../../functions/stock-update/stock/store.ts';
import { combineWrites } from '../../../functions/stock-update/file-import/combined-writes.ts';
import { aCause, aMovement, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { receive, stockedSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const store = createStockStore(database.db, tables);
const directory = mkdtempSync(join(tmpdir(), 'stock-file-test-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function newSkus(count: number): Promise<string[]> {
  const skus: string[] = [];
  while (skus.length < count) skus.push(await stockedSku(database.db, 0));
  return skus;
}

const warehouses = ['main', 'north'];
const log = { info: () => {}, warn: () => {} };
let runs = 0;
async function run(body: Readable, through: Pick<StockStore, 'read' | 'write'> = store, uploadedAt = noon) {
  const path = join(directory, `${(runs += 1)}.csv`);
  const result = createResultFile(path, Object.keys(movementResultColumns));
  const defaults = { openOrders: undefined, warehouses };
  const upload = { defaults, uploadedAt: new Date(uploadedAt).toISOString(), cause: aCause() };
  try {
    await importRows(body, upload, { store: through, result, clock: () => noon, log });
  } finally {
    await result.close();
  }
  return { ...(await result.close()), text: readFileSync(path, 'utf8') };
}

test('a repeated run after a crash writes the same result as a single run', async () => {
  const skus = await newSkus(40);
  const rows = Array.from({ length: 3000 }, (_, index) => `r${index},${skus[index % 40]},main,receipt,1`);
  const text = ['movementId,sku,warehouse,type,quantity', ...rows].join('\n');
  let writes = 0;
  const crashing: Pick<StockStore, 'read' | 'write'> = {
    read: (movements) => store.read(movements),
    write: async (...given) => {
      writes += 1;
      if (writes >= 70) throw Object.assign(new Error('The function crashed'), { code: 'ECONNRESET' });
      return store.write(...given);
    },
  };
  await expect(run(Readable.from([text]), crashing)).rejects.toThrow('crashed');
  const again = await run(Readable.from([text]));
  expect(again.summary).toEqual({ rows: 3000, accepted: 3000, rejected: 0, reasons: {} });
  expect((await run(Readable.from([text]))).text).toBe(again.text);
  const stock = await Promise.all(skus.map((sku) => store.stock(sku)));
  expect(stock.map((each) => each.stock?.warehouses['main']?.onHand)).toEqual(skus.map(() => 75));
});

test('a count without occurredAt is as of the upload of its file', async () => {
  const [sku = ''] = await newSkus(1);
  const lines = ['movementId,sku,warehouse,type,quantity', `of-the-upload,${sku},main,count,4`];
  await receive(database.db, sku, 5);
  await run(Readable.from([lines.join('\n')]), store, noon - 60_000);
  expect((await store.stock(sku)).stock?.warehouses['main']?.onHand).toBe(9);
});

test('a rejected row does not fail the run, even when the retry budget is used up', async () => {
  const [rejected] = await applyMovements(store, [aMovement({ sku: 'NO-SKU' })], aCause(), {
    retryBudgetMs: 0,
    skusAtOnce: 1,
  });
  expect(rejected).toMatchObject({ status: 'rejected', reason: 'unknown-sku' });
});

test('a body that ends early fails the run', async () => {
  const body = Readable.from(
    (async function* () {
      yield 'movementId,sku,warehouse,type,quantity\n';
      await Promise.resolve();
      throw new Error('The connection was lost');
    })(),
  );
  await expect(run(body)).rejects.toThrow('lost');
});

test('row numbers count blank lines', async () => {
  const lines = ['movementId,sku,warehouse,type,quantity', '', 'm1,NO-SKU,main,receipt,1', ' ,', 'm2,NO-SKU,main', ''];
  const { text, summary } = await run(Readable.from([lines.join('\n')]));
  expect(text.trim().split('\n').slice(1)).toEqual([
    '3,m1,rejected,unknown-sku',
    '5,m2,rejected,"invalid: has 3 cells, the header 5; quote a cell that contains the separator or a line break"',
  ]);
  expect(summary.rows).toBe(2);
});

test('a result never contains a spreadsheet formula', async () => {
  const text = 'movementId,sku,warehouse,type,quantity\n"=HYPERLINK(""x"")",NO-SKU,main,receipt,1';
  expect((await run(Readable.from([text]))).text.split('\n')[1]).toBe(`2,"'=HYPERLINK(""x"")",rejected,unknown-sku`);
});

describe('a row', () => {
  const columns = ['movementId', 'sku', 'warehouse', 'type', 'quantity', 'openOrders', 'reason'];
  test.each<[string, string[], object]>([
    ['a movement', ['m', 'MUG', 'main', 'receipt', '3', ''], { movement: { type: 'receipt', quantity: 3 } }],
    ['cells with spaces', [' m ', 'MUG', 'main', 'receipt ', ' 3', ''], { movement: { movementId: 'm', quantity: 3 } }],
    [
      'the default of the file for open orders',
      ['m', 'MUG', 'main', 'count', '3', ''],
      { movement: { openOrders: 'deducted' } },
    ],
    [
      'its own column openOrders before that default',
      ['m', 'MUG', 'main', 'count', '3', 'included'],
      { movement: { openOrders: 'included' } },
    ],
    [
      'no fraction of a unit',
      ['m', 'MUG', 'main', 'receipt', '1.5', ''],
      { problem: expect.stringContaining('quantity') },
    ],
    [
      'no hexadecimal number',
      ['m', 'MUG', 'main', 'receipt', '0x10', ''],
      { problem: expect.stringContaining('quantity') },
    ],
    [
      'no warehouse that the settings do not have, and the closest',
      ['m', 'MUG', 'mian', 'receipt', '1', ''],
      { problem: expect.stringMatching(/^invalid: warehouse: .*Did you mean main/) },
    ],
    [
      'no reason that the list does not have, and the closest',
      ['m', 'MUG', 'main', 'write-off', '1', '', 'brokn'],
      { problem: expect.stringMatching(/^invalid: reason: .*Did you mean broken/) },
    ],
    [
      'every malformed field in the reason',
      ['', 'M U G', 'main', 'gift', '1', ''],
      { problem: expect.stringMatching(/movementId.*sku.*type/) },
    ],
  ])('is parsed with %s', (_name, cells, expected) => {
    const fields = Object.fromEntries(
      columns.map((name, index) => [name, cells[index] ?? '']).filter(([, cell]) => cell),
    );
    expect(parseMovement({ fields }, { openOrders: 'deducted', warehouses, reasons: ['broken'] })).toMatchObject(
      expected,
    );
  });
});

describe('rows of many SKUs', () => {
  const file = (skus: string[]) =>
    Readable.from([
      ['movementId,sku,warehouse,type,quantity', ...skus.map((sku) => `in-${sku},${sku},main,receipt,1`)].join('\n'),
    ]);
  /** The store of the import function, with the sizes of its transactions. */
  function combiningStore() {
    const sizes: number[] = [];
    const commit: StockStore['commit'] = (actions) => {
      sizes.push(actions.length);
      return store.commit(actions);
    };
    return { ...store, sizes, write: combineWrites({ ...store, commit }, () => undefined) };
  }

  test('are combined, 33 in a transaction', async () => {
    const skus = await newSkus(330);
    const through = combiningStore();
    expect((await run(file(skus), through)).summary).toMatchObject({ accepted: 330, rejected: 0 });
    expect(through.sizes.length).toBeLessThanOrEqual(14);
    expect(Math.max(...through.sizes)).toBeLessThanOrEqual(100);
  });

  test('are combined if they are counts of an earlier time', async () => {
    const skus = await newSkus(330);
    await run(file(skus));
    const rows = skus.map((sku) => `count-${sku},${sku},main,count,4,2026-03-05T06:00:00Z`);
    const counts = ['movementId,sku,warehouse,type,quantity,occurredAt', ...rows].join('\n');
    const through = combiningStore();
    expect((await run(Readable.from([counts]), through)).summary).toMatchObject({ accepted: 330, rejected: 0 });
    expect(through.sizes.length).toBeLessThanOrEqual(14);
    const onHand = await Promise.all(
      skus.map(async (sku) => (await store.stock(sku)).stock?.warehouses['main']?.onHand),
    );
    expect(new Set(onHand)).toEqual(new Set([5]));
  });

  test('are written separately if one has a conflict, and all are applied', async () => {
    const skus = await newSkus(40);
    const through = combiningStore();
    // A concurrent receipt after each read of the SKU invalidates the decision on it.
    const conflicting: Pick<StockStore, 'read' | 'write'> = {
      write: through.write,
      read: async (movements) => {
        const state = await through.read(movements);
        await receive(database.db, skus[3] ?? '', 5);
        return state;
      },
    };
    expect((await run(file(skus), conflicting)).summary).toMatchObject({ accepted: 40, rejected: 0 });
    const onHand = await Promise.all(
      skus.map(async (sku) => (await store.stock(sku)).stock?.warehouses['main']?.onHand),
    );
    expect(onHand).toEqual(skus.map((_, index) => (index === 3 ? 11 : 1)));
  });
});
