import { beforeAll, describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import { getMovements, getStock, postMovements } from '../../../functions/stock-update/movements/movements-api.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { createStockStore } from '../../../functions/stock-update/stock/store.ts';
import * as routes from '../../../shared/contracts/stock/routes.ts';
import type { MovementResult } from '../../../shared/contracts/stock/routes.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import { reserveAction } from '../../../shared/stock/reservation.ts';
import { transact } from '../../../shared/dynamodb/database.ts';
import { cursors } from '../../support/cursors.ts';
import { aCause, aMovement } from '../../support/builders.ts';
import { withConflicts } from '../../support/database/conflicting-database.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { aRequest } from '../../support/requests.ts';
import { stockedSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const store = createStockStore(database.db, tables);

const warehouses = ['main', 'north', 'south', 'w0', 'w1', 'w2'];
const reasons = undefined;
/** A retry budget that a slow machine does not use up. */
const limits = { retryBudgetMs: 100_000, skusAtOnce: 8 };
const aSkuWith = (units: number) => stockedSku(database.db, units);
const respond = (movements: Movement[], through = store) =>
  postMovements(
    through,
    { warehouses, reasons },
    limits,
  )(aRequest(routes.postMovements, { body: { movements } }, 'warehouse'));
async function post(movements: Partial<Movement>[], through = store): Promise<MovementResult[]> {
  const { status, body } = await respond(movements.map(aMovement), through);
  expect(status).toBe(200);
  return (body as { results: MovementResult[] }).results;
}
const stockOf = async (sku: string) => {
  const { body } = await getStock(store)(aRequest(routes.getStock, { params: { sku } }));
  return body as { onHand: number; reserved: number; available: number; warehouses: object[] };
};
const outcomes = (results: MovementResult[]) => results.map(({ status, reason }) => reason ?? status);
const reserve = (sku: string, units: number) =>
  transact(database.db, [reserveAction(tables.STOCK_TABLE_NAME, { sku, from: [{ warehouse: 'main', units }] })]);

describe('movements', () => {
  test('are applied in order within a SKU, each with its result', async () => {
    const sku = await aSkuWith(0);
    const other = await aSkuWith(3);
    const results = await post([
      { movementId: `${sku}-1`, sku, quantity: 5 },
      { movementId: `${sku}-2`, sku: other, type: 'damage', quantity: 1 },
      { movementId: `${sku}-3`, sku, type: 'write-off', quantity: 5 },
      { movementId: `${sku}-4`, sku, type: 'write-off', quantity: 1 },
      { movementId: `${sku}-5`, sku, warehouse: 'north', quantity: 2 },
      { movementId: `${sku}-6`, sku: 'NO-SUCH-SKU' },
    ]);
    expect(outcomes(results)).toEqual([
      'applied',
      'applied',
      'applied',
      'insufficient-stock',
      'applied',
      'unknown-sku',
    ]);
    expect(results.map(({ stock }) => stock?.available)).toEqual([5, 2, 0, 0, 2, undefined]);
    expect(await stockOf(sku)).toEqual({ ...results[4]?.stock, inTransit: { units: 0, transfers: [] } });
    expect(await eventsOf(database.db, tables.STOCK_TABLE_NAME, `SKU#${sku}`)).toHaveLength(3);
  });

  test('are applied once if repeated, also within a request, and rejected if the id has other content', async () => {
    const sku = await aSkuWith(0);
    const [movement, changed] = [
      { movementId: `${sku}-1`, sku, quantity: 5 },
      { movementId: `${sku}-1`, sku, quantity: 6 },
    ];
    expect(outcomes(await post([movement, movement, changed]))).toEqual([
      'applied',
      'already-applied',
      'movement-conflict',
    ]);
    expect(outcomes(await post([movement, changed]))).toEqual(['already-applied', 'movement-conflict']);
    const concurrent = await Promise.all(
      Array.from({ length: 20 }, () => post([{ ...movement, movementId: `${sku}-2` }])),
    );
    expect(concurrent.flat().filter(({ status }) => status === 'applied')).toHaveLength(1);
    expect(concurrent.flat().filter(({ status }) => status === 'already-applied')).toHaveLength(19);
    expect(await stockOf(sku)).toMatchObject({ onHand: 10, available: 10 });
  });

  test('with one id for two SKUs in a request are applied for the first SKU', async () => {
    const [one, two] = [await aSkuWith(0), await aSkuWith(0)];
    const results = await post([
      { movementId: `${one}-x`, sku: one },
      { movementId: `${one}-x`, sku: two },
    ]);
    expect(outcomes(results)).toEqual(['applied', 'movement-conflict']);
  });

  test('of a new SKU and new warehouses are all applied when concurrent', async () => {
    const sku = await aSkuWith(0);
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        post([{ movementId: `${sku}-${index}`, sku, warehouse: `w${index % 3}`, quantity: 1 }]),
      ),
    );
    expect(new Set(outcomes(results.flat()))).toEqual(new Set(['applied']));
    const stock = await stockOf(sku);
    expect(stock.onHand).toBe(30);
    expect(stock.warehouses).toHaveLength(3);
  });

  test('never remove more than is on hand while orders reserve units', async () => {
    const sku = await aSkuWith(40);
    const [writeOffs, reservations] = await Promise.all([
      Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          post([{ movementId: `${sku}-${index}`, sku, type: 'write-off', quantity: 1 }]),
        ),
      ),
      Promise.all(Array.from({ length: 40 }, () => reserve(sku, 1))),
    ]);
    const writtenOff = writeOffs.flat().filter(({ status }) => status === 'applied').length;
    const reserved = reservations.filter((outcome) => outcome === 'done').length;
    expect(writtenOff + reserved).toBe(40);
    expect(await stockOf(sku)).toMatchObject({ onHand: 40 - writtenOff, reserved, available: 0 });
  });

  test('that are concurrent counts leave one of the counts, and a ledger with the same sum', async () => {
    const sku = await aSkuWith(5);
    const counts = Array.from({ length: 12 }, (_, index) => ({
      movementId: `${sku}-${index}`,
      sku,
      type: 'count' as const,
      quantity: 20 + index,
    }));
    const results = (await Promise.all(counts.map((count) => post([count])))).flat();
    expect(new Set(outcomes(results))).toEqual(new Set(['applied']));
    const events = await eventsOf(database.db, tables.STOCK_TABLE_NAME, `SKU#${sku}`);
    const moved = events.reduce((sum, { detail }) => sum + Number(detail.data['onHandDelta']), 0);
    expect((await stockOf(sku)).onHand).toBe(moved);
    expect(counts.map(({ quantity }) => quantity)).toContain(moved);
  });

  test.each([
    ['below the reserved units', 3, { onHand: 3, reserved: 4, available: -1, shortUnits: 1 }],
    ['no unit', 0, { onHand: 0, reserved: 4, available: -4, shortUnits: 4 }],
    ['half of the reserved units', 2, { available: -2, shortUnits: 2 }],
    ['the reserved units', 4, { onHand: 4, reserved: 4, available: 0, shortUnits: 0 }],
    ['more than reserved', 6, { onHand: 6, reserved: 4, available: 2, shortUnits: 0 }],
  ])('that count %s set on hand, and no more can be reserved than available', async (_name, quantity, stock) => {
    const sku = await aSkuWith(10);
    await reserve(sku, 4);
    const [result] = await post([{ movementId: `${sku}-1`, sku, type: 'count', quantity }]);
    expect(result).toMatchObject({ status: 'applied', stock });
    await expect(reserve(sku, Math.max(1, stock.available + 1))).resolves.toBe('version-conflict');
  });

  test('that follow a count below the reserved units in one transaction are applied', async () => {
    const sku = await aSkuWith(10);
    await reserve(sku, 4);
    const results = await post([
      { movementId: `${sku}-1`, sku, type: 'count', quantity: 1 },
      { movementId: `${sku}-2`, sku, quantity: 2 },
      { movementId: `${sku}-3`, sku, type: 'damage', quantity: 1 },
      { movementId: `${sku}-4`, sku, quantity: 5 },
      { movementId: `${sku}-5`, sku, type: 'adjustment', quantity: -3 },
    ]);
    expect(outcomes(results)).toEqual(['applied', 'applied', 'insufficient-stock', 'applied', 'applied']);
    expect(await stockOf(sku)).toMatchObject({ onHand: 5, reserved: 4, available: 1 });
  });

  test('are rejected with 413 above 100 in a body', async () => {
    const movements = Array.from({ length: 101 }, (_, index) => aMovement({ movementId: `many-${index}` }));
    expect(await respond(movements)).toMatchObject({ status: 413, body: { type: 'too-many-movements' } });
  });

  test('are applied after transaction conflicts', async () => {
    const sku = await aSkuWith(0);
    const conflicting = createStockStore(withConflicts(database.db, { conflicts: 5 }), tables);
    expect(outcomes(await post([{ movementId: `${sku}-1`, sku }], conflicting))).toEqual(['applied']);
  });
});

describe('the stock of a SKU', () => {
  test('is zero before the first movement, and 404 for an unknown SKU', async () => {
    const sku = await aSkuWith(0);
    expect(await stockOf(sku)).toEqual({
      sku,
      onHand: 0,
      reserved: 0,
      unavailable: 0,
      available: 0,
      warehouses: [],
      shortUnits: 0,
      unavailableBy: { damaged: 0, inspection: 0, safetyStock: 0, expired: 0 },
      inTransit: { units: 0, transfers: [] },
    });
    const unknown = await getStock(store)(aRequest(routes.getStock, { params: { sku: 'NO-SUCH-SKU' } }));
    expect(unknown).toMatchObject({ status: 404, body: { type: 'unknown-sku' } });
  });
});

const ledger = (sku: string, query: Record<string, unknown>) =>
  getMovements(
    { store, cursors },
    'Europe/London',
    warehouses,
  )(
    aRequest(routes.getMovements, {
      params: { sku },
      query: routes.getMovements.query.parse(query),
    }),
  );

describe('the ledger', () => {
  test('lists all movements, latest first, page by page', async () => {
    const sku = await aSkuWith(0);
    const ids = Array.from({ length: 7 }, (_, index) => `${sku}-${index}`);
    await post(ids.map((movementId) => ({ movementId, sku, lot: 'L1' })));
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await ledger(sku, { limit: 3, ...(cursor !== undefined && { cursor }) });
      const page = body as { movements: { movementId: string; lot: string; actor: string }[]; cursor?: string };
      listed.push(...page.movements.map(({ movementId }) => movementId));
      expect(page.movements[0]).toMatchObject({ lot: 'L1', actor: 'warehouse' });
      ({ cursor } = page);
    } while (cursor !== undefined);
    expect(listed).toEqual(ids.toReversed());
  });

  test('rejects the cursor of another SKU and a malformed cursor', async () => {
    const [one, two] = [await aSkuWith(0), await aSkuWith(0)];
    await post([
      { movementId: `${one}-1`, sku: one },
      { movementId: `${one}-2`, sku: one },
    ]);
    const { cursor = '' } = (await ledger(one, { limit: 1 })).body as { cursor?: string };
    expect(await ledger(two, { limit: 1, cursor })).toMatchObject({ status: 400, body: { type: 'invalid-cursor' } });
    expect(await ledger(one, { limit: 1, cursor: 'x' })).toMatchObject({ status: 400 });
    expect(await ledger('NO-SUCH-SKU', { limit: 1 })).toMatchObject({ status: 404 });
  });

  describe('lists', () => {
    let sku: string;
    /** Ids of one process never go back in time, so this is later than the movements of the other tests. */
    const day = Date.UTC(2090, 2, 5);
    beforeAll(async () => {
      sku = await aSkuWith(0);
      const moved = (now: number, given: Partial<Movement>) =>
        applyMovements(store, [aMovement({ sku, movementId: `${sku}-${now}`, ...given })], aCause({ now }), limits);
      await moved(day + 1_000, { quantity: 5 });
      await moved(day + 2_000, { type: 'damage', quantity: 1 });
      await moved(day + 3_000, { warehouse: 'north', quantity: 2 });
      await moved(day + 86_400_000, { type: 'count', quantity: 9 });
    });

    test.each([
      ['all', {}, ['count', 'receipt', 'damage', 'receipt']],
      ['one type', { type: 'receipt' }, ['receipt', 'receipt']],
      ['several types', { type: 'damage,count' }, ['count', 'damage']],
      ['a warehouse', { warehouse: 'north' }, ['receipt']],
      ['a warehouse that has none', { warehouse: 'south' }, []],
      ['a business day', { from: '2090-03-05', to: '2090-03-05' }, ['receipt', 'damage', 'receipt']],
      ['from an instant on', { from: '2090-03-05T00:00:03Z' }, ['count', 'receipt']],
      ['until an instant', { to: '2090-03-05T00:00:02Z' }, ['receipt']],
      ['a type in a range', { from: '2090-03-05T00:00:02Z', type: 'receipt' }, ['receipt']],
    ])('%s', async (_name, query, types) => {
      const { movements } = (await ledger(sku, query)).body as { movements: { type: string }[] };
      expect(movements.map(({ type }) => type)).toEqual(types);
    });

    test('none with a reason that the list of the store does not have', async () => {
      const sku = await aSkuWith(3);
      const sent = ['broken', 'brokn'].map((reason, index) =>
        aMovement({ movementId: `${sku}-${index}`, sku, type: 'damage', quantity: 1, reason }),
      );
      const settings = { warehouses, reasons: ['broken'] };
      const body = { movements: sent };
      const refused = await postMovements(
        store,
        settings,
        limits,
      )(aRequest(routes.postMovements, { body }, 'warehouse'));
      const errors = [{ pointer: '/movements/1/reason', detail: expect.stringContaining('Did you mean broken?') }];
      expect(refused).toMatchObject({ status: 422, body: { errors } });
      expect(await stockOf(sku)).toMatchObject({ available: 3 });
    });

    test('none of a warehouse that the settings do not have', async () => {
      const refused = { status: 400, body: { type: 'invalid-parameter' } };
      expect(await ledger(sku, { warehouse: 'nroth' })).toMatchObject(refused);
    });

    test('a filtered range page by page', async () => {
      const query = { type: 'receipt,count', from: '2090-03-05', limit: 2 };
      const first = (await ledger(sku, query)).body as { movements: object[]; cursor: string };
      expect(first.movements).toMatchObject([
        { type: 'count' },
        { type: 'receipt', recordedAt: '2090-03-05T00:00:03.000Z' },
      ]);
      const second = (await ledger(sku, { ...query, cursor: first.cursor })).body;
      expect(second).toMatchObject({ movements: [{ type: 'receipt', warehouse: 'main' }] });
      expect(await ledger(sku, { cursor: first.cursor })).toMatchObject({ status: 400 });
      expect(await ledger(sku, { from: '2090-03-06', to: '2090-03-05' })).toMatchObject({ status: 400 });
    });
  });
});

test('movements of warehouses that the settings do not have are refused, with the closest ones, and none is applied', async () => {
  const sku = await aSkuWith(0);
  const given = ['main', 'mian', 'constructor', 'toString', 'MAIN', 'nort'].map((warehouse, index) =>
    aMovement({ movementId: `${sku}-${index}`, sku, warehouse, quantity: 1 }),
  );
  const { status, body } = await respond(given);
  expect(status).toBe(422);
  const hints = (body as { errors: { pointer: string; detail: string }[] }).errors.map(({ pointer, detail }) => [
    pointer,
    /Did you mean (\w+)/.exec(detail)?.[1],
  ]);
  expect(hints).toEqual([
    ['/movements/1/warehouse', 'main'],
    ['/movements/2/warehouse', undefined],
    ['/movements/3/warehouse', undefined],
    ['/movements/4/warehouse', 'main'],
    ['/movements/5/warehouse', 'north'],
  ]);
  expect((await stockOf(sku)).onHand).toBe(0);
});
