import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { channels } from '../../support/environment.ts';
import { cancellation } from '../../../functions/order-intake/cancellation/cancellation-api.ts';
import { fulfilmentRoutes } from '../../../functions/order-intake/fulfilment/fulfilment-api.ts';
import {
  createSettlementStore,
  finishOpenSettlements,
  type SettlementStore,
  stepSizeOf,
} from '../../../functions/order-intake/order/settlement-store.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { createStockStore } from '../../../functions/stock-update/stock/store.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { StockMoved } from '../../../shared/contracts/stock/events.ts';
import * as life from '../../../shared/contracts/orders/life-cycle-routes.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import { remainingReservations } from '../../../shared/orders/settlement-item.ts';
import { stockPartition } from '../../../shared/stock/stock-item.ts';
import { aCause, aMovement, anOrder, aPolicy, noon } from '../../support/builders.ts';
import { withConflicts } from '../../support/database/conflicting-database.ts';
import { withCrash } from '../../support/database/crashing-database.ts';
import { riskAssessmentOn } from '../../support/orders/risk-assessment.ts';
import { assessFirst } from '../../../functions/order-intake/risk/risk-assessment.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { skusWith, unitsOf } from '../../support/stock/many-skus.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { orderStores, placing } from '../../support/orders/order-stores.ts';
import { aRequest } from '../../support/requests.ts';

const database = databaseForAll();
const stockTable = tables.STOCK_TABLE_NAME;
const settlementsOn = (db: Database) => createSettlementStore(db, tables.ORDER_TABLE_NAME, stockTable);
const settlements = settlementsOn(database.db);
const fulfilmentOn = (db: Database) =>
  fulfilmentRoutes(orderStores(db), channels, aPolicy(), (now, change) =>
    assessFirst(riskAssessmentOn(db), now, change),
  );

let made = 0;
const count = 110;
/** Places two orders of two units per SKU, so that releasing one order twice would release units of the other. */
async function placed() {
  const skus = await skusWith(
    database.db,
    Array.from({ length: count }, () => 5),
  );
  const place = async () => {
    const lines = skus.map((sku) => ({ sku, quantity: 2 }));
    const body = anOrder({ externalOrderId: `settled-${(made += 1)}`, customer: {}, lines });
    const response = await placing(orderStores(database.db))(aRequest(routes.placeOrder, { body }));
    return routes.OrderResponse.parse(response.body).orderId;
  };
  await place();
  return { skus, orderId: await place() };
}

const cancel = (orderId: string, db = database.db) =>
  cancellation(
    orderStores(db).orders,
    channels,
  )(aRequest(life.cancelOrder, { params: { orderId }, body: { requestId: 'all', reason: 'no need' } }));
const ship = (orderId: string, db = database.db) =>
  fulfilmentOn(db).shipOrder(
    aRequest(life.shipOrder, {
      params: { orderId },
      body: {
        shipmentId: 'all',
        lines: Array.from({ length: count }, (_, index) => ({ lineId: `line-${index + 1}`, quantity: 2 })),
      },
    }),
  );
/** The stock after each change, and its number of transactions. */
const changes = {
  cancellation: { send: cancel, transactions: 3, left: { onHand: 5 * count, reserved: 2 * count } },
  shipment: { send: ship, transactions: 4, left: { onHand: 3 * count, reserved: 2 * count } },
};
const kinds = ['cancellation', 'shipment'] as const;

const sweep = (now = noon + 31_000) => finishOpenSettlements(settlements, now);
const openKeys = () => settlements.open('2999');

/** Expects one ledger row per SKU after a shipment and none after a cancellation. */
async function expectLedger(skus: string[], kind: (typeof kinds)[number]) {
  for (const sku of skus) {
    const rows = (await eventsOf(database.db, stockTable, stockPartition(sku))).filter(
      ({ detailType }) => detailType === StockMoved.detailType,
    );
    expect(rows.map(({ detail }) => detail.data['onHandDelta'])).toEqual(kind === 'shipment' ? [-2] : []);
  }
}

describe.each(kinds)('a %s of more SKUs than one transaction takes', (kind) => {
  const { send, transactions, left } = changes[kind];

  test('changes all of the stock before the response, and once for five identical requests', async () => {
    const { skus, orderId } = await placed();
    const responses = await Promise.all(Array.from({ length: 5 }, () => send(orderId)));
    const replays = responses.filter(({ headers }) => headers?.['idempotent-replayed'] === 'true');
    expect(replays).toHaveLength(4);
    await sweep();
    expect(await unitsOf(database.db, skus)).toEqual(left);
    expect(await openKeys()).toEqual([]);
    await expectLedger(skus, kind);
  });

  const crashes = Array.from({ length: transactions }, (_, index) => index + 1).flatMap((transaction) =>
    (['before', 'after'] as const).map((when) => ({ transaction, when })),
  );
  test.each(crashes)(
    'after a crash $when transaction $transaction is complete or absent once the sweep has run',
    async (at) => {
      const { skus, orderId } = await placed();
      await expect(send(orderId, withCrash(database.db, at))).rejects.toThrow('Crashed');
      const isNotAtAll = at.transaction === 1 && at.when === 'before';
      const [key] = await openKeys();
      const open = key && (await settlements.find(key));
      const owed = open ? remainingReservations(open).flatMap(({ from }) => from.map(({ units }) => units)) : [];
      expect((await unitsOf(database.db, skus)).reserved).toBe(
        2 * count + (isNotAtAll ? 2 * count : owed.reduce((sum, units) => sum + units, 0)),
      );
      // Within 30 s the function may still be running.
      expect(await sweep(noon + 29_000)).toEqual([]);
      await Promise.all([sweep(), sweep(), sweep()]);
      expect(await openKeys()).toEqual([]);
      expect(await unitsOf(database.db, skus)).toEqual(isNotAtAll ? { onHand: 5 * count, reserved: 4 * count } : left);
      const again = await send(orderId);
      expect(again.headers?.['idempotent-replayed']).toBe(isNotAtAll ? undefined : 'true');
      expect(await unitsOf(database.db, skus)).toEqual(left);
      await expectLedger(skus, kind);
    },
  );
});

const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 }), { minLength: 1 });

test.each(['release', 'ship'] as const)('any step of a %s fits one transaction, its counter included', (kind) => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const takes = shape.map((parts, index) => ({
        sku: `S-${index}`,
        from: parts.map((units, warehouse) => ({ warehouse: `W-${warehouse}`, units })),
      }));
      const settlement = { orderId: 'o', version: 2, kind, takes, settled: 0, stepSize: 0, cause: aCause() };
      const stepSize = stepSizeOf(kind, takes);
      expect(stepSize).toBeGreaterThan(0);
      for (let first = 0; first < takes.length; first += stepSize) {
        const actions = settlements.actionsOf(settlement, takes.slice(first, first + stepSize), noon);
        expect(actions.length).toBeLessThanOrEqual(99);
      }
    }),
  );
});

describe('the sweep of unfinished settlements', () => {
  test('finishes the other settlements if one fails, and then reports the failure', async () => {
    const orders = [await placed(), await placed()];
    for (const { orderId } of orders) {
      await expect(cancel(orderId, withCrash(database.db, { transaction: 2, when: 'after' }))).rejects.toThrow(
        'Crashed',
      );
    }
    const [one] = await openKeys();
    const busy = {
      ...settlements,
      step: (open: { orderId: string }, now: number) => {
        if (one?.pk.endsWith(open.orderId)) throw new Error('Broken');
        return settlements.step(open as Parameters<SettlementStore['step']>[0], now);
      },
    };
    await expect(finishOpenSettlements(busy, noon + 31_000)).rejects.toThrow('1 of 2 item(s) failed');
    expect(await openKeys()).toEqual([one]);
    expect(await sweep()).toHaveLength(1);
    for (const { skus } of orders) expect((await unitsOf(database.db, skus)).reserved).toBe(2 * count);
  });

  const leftOpen = async (send: typeof cancel) => {
    const { skus, orderId } = await placed();
    await expect(send(orderId, withCrash(database.db, { transaction: 1, when: 'after' }))).rejects.toThrow('Crashed');
    const [sku = ''] = skus;
    return sku;
  };
  const stock = createStockStore(database.db, tables);
  const minutesMs = 60_000;

  test('keeps units received between a shipment and its steps when a count arrives late', async () => {
    const sku = await leftOpen(ship);
    const [receivedAt, sweptAt] = [noon + 42 * minutesMs, noon + 45 * minutesMs];
    await applyMovements(stock, [aMovement({ movementId: 'between', sku, quantity: 5 })], aCause({ now: receivedAt }));
    // Event ids increase within one process; the sweep is another process.
    vi.resetModules();
    const fresh = await import('../../../functions/order-intake/order/settlement-store.ts');
    await finishOpenSettlements(fresh.createSettlementStore(database.db, tables.ORDER_TABLE_NAME, stockTable), sweptAt);
    const rows = await eventsOf(database.db, stockTable, stockPartition(sku));
    const shipped = rows.find(({ detail }) => detail.data['type'] === 'shipment');
    expect(shipped?.detail).toMatchObject({
      metadata: { occurredAt: new Date(noon).toISOString() },
      data: { occurredAt: new Date(noon).toISOString() },
    });
    const occurredAt = new Date(receivedAt - minutesMs).toISOString();
    const count = aMovement({ movementId: 'late', sku, type: 'count', quantity: 3, occurredAt });
    expect(await applyMovements(stock, [count], aCause({ now: sweptAt }))).toMatchObject([{ status: 'applied' }]);
    expect((await stock.stock(sku)).stock?.warehouses['main']).toMatchObject({ onHand: 8, reserved: 2 });
  });

  test('records the time of the release, not the time of the cancellation', async () => {
    const sku = await leftOpen(cancel);
    await sweep(noon + 45 * minutesMs);
    expect((await stock.stock(sku)).stock?.givenUpAt).toBe(new Date(noon + 45 * minutesMs).toISOString());
  });

  test('finishes a settlement after transaction conflicts', async () => {
    const { skus, orderId } = await placed();
    await expect(cancel(orderId, withCrash(database.db, { transaction: 1, when: 'after' }))).rejects.toThrow('Crashed');
    expect(
      await finishOpenSettlements(settlementsOn(withConflicts(database.db, { conflicts: 5 })), noon + 31_000),
    ).toEqual([orderId]);
    expect((await unitsOf(database.db, skus)).reserved).toBe(2 * count);
  });
});
