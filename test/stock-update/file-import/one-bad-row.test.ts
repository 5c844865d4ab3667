import { describe, expect, test } from 'vitest';
import { applyRows } from '../../../functions/stock-update/file-import/apply-rows.ts';
import { combineWrites } from '../../../functions/stock-update/file-import/combined-writes.ts';
import { createStockStore, type StockStore } from '../../../functions/stock-update/stock/store.ts';
import { aCause, aMovement } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { defects, outages } from '../../support/defects.ts';
import { stockedSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const store = createStockStore(database.db, tables);
const limits = { retryBudgetMs: 60_000, skusAtOnce: 8 };
const submittedAt = '2026-03-05T12:00:00.000Z';

/** Two receipts of each of three SKUs, in turn. */
async function rowsOfThreeSkus() {
  const skus = [await stockedSku(database.db, 0), await stockedSku(database.db, 0), await stockedSku(database.db, 0)];
  const rows = [1, 2].flatMap((number) =>
    skus.map((sku) => ({ ...aMovement({ sku, movementId: `${sku}-${number}`, quantity: 1 }), submittedAt })),
  );
  return { skus, rows };
}
const onHand = async (sku: string) => (await store.stock(sku)).stock?.warehouses['main']?.onHand ?? 0;

/** A store that throws when it decides on, or reads, the movement `bad`. */
const failing = (step: 'read' | 'write', bad: string, error: () => Error): Pick<StockStore, 'read' | 'write'> => ({
  read: (movements) => {
    if (step === 'read' && movements.some(({ movementId }) => movementId === bad)) return Promise.reject(error());
    return store.read(movements);
  },
  write: (sku, plan, cause) => {
    const ids = plan.changes.map(({ change }) => change.moved.movementId);
    if (step === 'write' && ids.includes(bad)) return Promise.reject(error());
    return store.write(sku, plan, cause);
  },
});

describe.each(defects)('%s', (_name, error) => {
  test.each([
    ['read', 1],
    ['read', 2],
    ['write', 1],
    ['write', 2],
  ] as const)('when the store would %s row %i of a SKU fails it and the rows after it', async (step, number) => {
    const { skus, rows } = await rowsOfThreeSkus();
    const [first = '', bad = '', last = ''] = skus;
    const { results, failure } = await applyRows(failing(step, `${bad}-${number}`, error), rows, aCause(), limits);
    expect(failure).toBeDefined();
    const failed = rows.filter((row) => !results.has(row)).map(({ movementId }) => movementId);
    expect(failed).toEqual([1, 2].filter((each) => each >= number).map((each) => `${bad}-${each}`));
    expect(await Promise.all([first, bad, last].map(onHand))).toEqual([2, number - 1, 2]);
    // Uploaded again after the correction, each row counts once.
    expect((await applyRows(store, rows, aCause(), limits)).failure).toBeUndefined();
    expect(await Promise.all(skus.map(onHand))).toEqual([2, 2, 2]);
  });
});

test.each(outages)('%s fails all rows, which are retried', async (_name, error) => {
  const { skus, rows } = await rowsOfThreeSkus();
  const down = failing('write', `${skus[1]}-1`, error);
  await expect(applyRows(down, rows, aCause(), limits)).rejects.toThrow(error().message);
});

test('a transaction that the store refuses for one SKU is written separately for the others', async () => {
  const { skus, rows } = await rowsOfThreeSkus();
  const commit: StockStore['commit'] = (actions) =>
    JSON.stringify(actions).includes(skus[1] ?? '')
      ? Promise.reject(Object.assign(new Error('Too large'), { name: 'ValidationException' }))
      : store.commit(actions);
  const reported: unknown[] = [];
  const combining = { ...store, write: combineWrites({ ...store, commit }, (error) => reported.push(error)) };
  const { results } = await applyRows(combining, rows, aCause(), limits);
  expect(rows.filter((row) => !results.has(row)).map(({ sku }) => sku)).toEqual([skus[1], skus[1]]);
  expect(await Promise.all(skus.map(onHand))).toEqual([2, 0, 2]);
  expect(reported.map(String)).toContain('ValidationException: Too large');
});

test.each(outages)('%s fails a transaction of several SKUs, which are not written separately', async (_name, error) => {
  const { skus, rows } = await rowsOfThreeSkus();
  let commits = 0;
  const commit: StockStore['commit'] = () => {
    commits += 1;
    return Promise.reject(error());
  };
  const combining = { ...store, write: combineWrites({ ...store, commit }, () => undefined) };
  await expect(applyRows(combining, rows, aCause(), limits)).rejects.toThrow(error().message);
  expect(commits).toBe(1);
  expect(await Promise.all(skus.map(onHand))).toEqual([0, 0, 0]);
});

test('an error that only the combination of SKUs has is reported, and all rows are applied', async () => {
  const { skus, rows } = await rowsOfThreeSkus();
  const commit: StockStore['commit'] = (actions) =>
    skus.every((sku) => JSON.stringify(actions).includes(sku))
      ? Promise.reject(Object.assign(new Error('Too large'), { name: 'ValidationException' }))
      : store.commit(actions);
  const reported: unknown[] = [];
  const combining = { ...store, write: combineWrites({ ...store, commit }, (error) => reported.push(error)) };
  expect((await applyRows(combining, rows, aCause(), limits)).failure).toBeUndefined();
  expect(await Promise.all(skus.map(onHand))).toEqual([2, 2, 2]);
  expect(reported.map(String)).toEqual(['ValidationException: Too large']);
});
