import { TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { PlacingChannel } from '../../../shared/store.ts';
import { channels } from '../../support/environment.ts';
import { acceptOrders } from '../../../functions/order-intake/queue/accept.ts';
import type { QueuedOrder } from '../../../functions/order-intake/queue/intake-item.ts';
import { undoAbandoned } from '../../../functions/order-intake/placement/chunked-placement.ts';
import { placeQueued } from '../../../functions/order-intake/queue/place-queued-job.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { createStockStore } from '../../../functions/stock-update/stock/store.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import { stockKey } from '../../../shared/stock/stock-item.ts';
import { aCause, aMovement, anOrder, noon } from '../../support/builders.ts';
import { withCrash } from '../../support/database/crashing-database.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { expiryOf, orderStores, placing, queuePlacing } from '../../support/orders/order-stores.ts';
import { queueOrders } from '../../support/orders/queued-orders.ts';
import { aRequest } from '../../support/requests.ts';
import { stockedSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const stores = orderStores(database.db);

let made = 0;
const anId = () => `queued-${(made += 1)}`;
async function aSkuWith(units: number): Promise<string> {
  if (units > 0) return stockedSku(database.db, units);
  const sku = await stockedSku(database.db, 1);
  const writeOff = aMovement({ movementId: anId(), sku, type: 'write-off', quantity: 1 });
  await applyMovements(createStockStore(database.db, tables), [writeOff], aCause());
  return sku;
}
const orderFor = (sku: string, given: Partial<OrderContent> = {}) =>
  anOrder({ externalOrderId: anId(), lines: [{ sku, quantity: 1 }], ...given });
const countersOf = async (sku: string) =>
  (await createStockStore(database.db, tables).stock(sku)).stock?.warehouses['main'];

const queued = (contents: readonly OrderContent[], given: Parameters<typeof queueOrders>[2] = {}) =>
  queueOrders(stores, contents, given);
const placeAll = (messages: readonly QueuedOrder[], through = stores, now = noon + 2000) =>
  placeQueued(queuePlacing(through, { now, expireHolds: expiryOf(stores.orders) }), messages);

/** Counts placed and refused orders, and expects one event of each. */
async function outcomes(messages: readonly QueuedOrder[]) {
  const ids = [...new Set(messages.map(({ orderId }) => orderId))];
  const states = await stores.intakes.states(ids);
  const placed = ids.filter((id) => states.get(id)?.order);
  const refused = ids.filter((id) => !states.get(id)?.order && states.get(id)?.intake?.status === 'refused');
  const eventTypes = async (orderIds: string[]) => {
    const events = await Promise.all(
      orderIds.map((orderId) => eventsOf(database.db, tables.ORDER_TABLE_NAME, `ORDER#${orderId}`)),
    );
    return events.flat().map(({ detailType }) => detailType);
  };
  expect(await eventTypes(placed)).toEqual(placed.map(() => 'OrderPlaced'));
  expect(await eventTypes(refused)).toEqual(refused.map(() => 'OrderRefused'));
  return { placed: placed.length, refused: refused.length };
}

/** A database that counts stock writes and runs `first` before the first transaction. */
function watched(db: Database, first: () => Promise<unknown> = async () => undefined) {
  const counts = { stockWrites: 0, transactions: 0 };
  const send = async (command: Parameters<Database['send']>[0]) => {
    if (command instanceof TransactWriteCommand) {
      counts.transactions += 1;
      if (counts.transactions === 1) await first();
      const actions = command.input.TransactItems ?? [];
      counts.stockWrites += actions.filter(({ Update }) => Update?.TableName === tables.STOCK_TABLE_NAME).length;
    }
    return db.send(command);
  };
  return { counts, stores: orderStores({ send } as Database) };
}

const receive = (sku: string, units: number) =>
  database.db.send(
    new UpdateCommand({
      TableName: tables.STOCK_TABLE_NAME,
      Key: stockKey(sku),
      UpdateExpression: 'ADD warehouses.main.onHand :units, warehouses.main.available :units',
      ExpressionAttributeValues: { ':units': units },
    }),
  );
const openWarehouse = (sku: string, warehouse: string, units: number) =>
  database.db.send(
    new UpdateCommand({
      TableName: tables.STOCK_TABLE_NAME,
      Key: stockKey(sku),
      UpdateExpression: 'SET warehouses.#w = :counters',
      ExpressionAttributeNames: { '#w': warehouse },
      ExpressionAttributeValues: { ':counters': { onHand: units, reserved: 0, unavailable: 0, available: units } },
    }),
  );
const post = (body: OrderContent, through = stores) => placing(through)(aRequest(routes.placeOrder, { body }));

describe('queued orders for one SKU', () => {
  test('are placed with one stock write for many', async () => {
    const sku = await aSkuWith(1000);
    const messages = await queued(Array.from({ length: 500 }, () => orderFor(sku)));
    const { counts, stores: counting } = watched(database.db);
    expect(await placeAll(messages, counting)).toEqual([]);
    expect(await outcomes(messages)).toEqual({ placed: 500, refused: 0 });
    expect(counts.stockWrites / 500).toBeLessThanOrEqual(0.05);
    expect(await countersOf(sku)).toMatchObject({ reserved: 500, available: 500 });
  });

  test('are placed in the order of arrival, in any order of delivery', async () => {
    const sku = await aSkuWith(5);
    const messages = await queued(Array.from({ length: 12 }, () => orderFor(sku)));
    await placeAll(messages.toReversed());
    const states = await stores.intakes.states(messages.map(({ orderId }) => orderId));
    const isPlaced = messages.map(({ orderId }) => states.get(orderId)?.order !== undefined);
    expect(isPlaced).toEqual(messages.map((_, index) => index < 5));
  });

  test('are all decided, and all units sold, if another order reserves units between read and write', async () => {
    const sku = await aSkuWith(60);
    const messages = await queued(Array.from({ length: 80 }, () => orderFor(sku)));
    const competing = () => post(orderFor(sku, { lines: [{ sku, quantity: 25 }] }));
    expect(await placeAll(messages, watched(database.db, competing).stores)).toEqual([]);
    expect(await outcomes(messages)).toEqual({ placed: 35, refused: 45 });
    expect(await countersOf(sku)).toMatchObject({ reserved: 60, available: 0 });
  });

  test('are not refused for units that earlier orders failed to reserve', async () => {
    const sku = await aSkuWith(5);
    const messages = await queued(Array.from({ length: 10 }, () => orderFor(sku)));
    const meanwhile = async () => {
      await post(orderFor(sku, { lines: [{ sku, quantity: 5 }] }));
      await openWarehouse(sku, 'north', 10);
    };
    expect(await placeAll(messages, watched(database.db, meanwhile).stores)).toEqual([]);
    expect(await outcomes(messages)).toEqual({ placed: 10, refused: 0 });
  });

  test('delivered twice, in one batch and in two concurrent ones, are decided once', async () => {
    const sku = await aSkuWith(70);
    const messages = await queued(Array.from({ length: 100 }, () => orderFor(sku)));
    await Promise.all([placeAll([...messages, ...messages]), placeAll(messages.toReversed())]);
    expect(await placeAll(messages)).toEqual([]);
    expect(await outcomes(messages)).toEqual({ placed: 70, refused: 30 });
    expect(await countersOf(sku)).toMatchObject({ reserved: 70, available: 0 });
  });

  test.each(
    [1, 2, 3, 4, 5].flatMap((transaction) => (['before', 'after'] as const).map((when) => ({ transaction, when }))),
  )('are retried and decided once after a crash $when transaction $transaction', async (at) => {
    const sku = await aSkuWith(110);
    const messages = await queued(Array.from({ length: 160 }, () => orderFor(sku)));
    const again = await placeAll(messages, orderStores(withCrash(database.db, at)));
    expect(again.length).toBeGreaterThan(0);
    // After a crash SQS delivers all messages again, also those of decided orders.
    expect(await placeAll(messages)).toEqual([]);
    expect(await outcomes(messages)).toEqual({ placed: 110, refused: 50 });
    expect(await countersOf(sku)).toMatchObject({ reserved: 110, available: 0 });
  });

  test('are placed although one of them always fails, which alone is retried', async () => {
    const sku = await aSkuWith(100);
    const messages = await queued(Array.from({ length: 30 }, () => orderFor(sku)));
    const failing = messages[13]?.orderId ?? '';
    const send = async (command: Parameters<Database['send']>[0]) => {
      if (command instanceof TransactWriteCommand && JSON.stringify(command.input).includes(failing)) {
        throw new Error('ValidationException');
      }
      return database.db.send(command);
    };
    const again = await placeAll(messages, orderStores({ send } as Database));
    expect(again.map(({ orderId }) => orderId)).toEqual([failing]);
    expect(await countersOf(sku)).toMatchObject({ reserved: 29 });
  });

  test('are not refused for a unit of an earlier order whose write fails', async () => {
    const sku = await aSkuWith(1);
    // A run before them, of an order that is too large for a group, completes the expiry of reservations.
    const lines = await Promise.all(Array.from({ length: 21 }, async () => ({ sku: await aSkuWith(0), quantity: 1 })));
    const messages = await queued([orderFor('', { lines }), orderFor(sku), orderFor(sku), orderFor(sku)]);
    const [, failing, ...others] = messages;
    const { placements } = stores;
    const commitGroup: typeof placements.commitGroup = async (placed) => {
      if (placed.some(({ order }) => order.orderId === failing?.orderId)) throw new Error('ValidationException');
      return placements.commitGroup(placed);
    };
    expect(await placeAll(messages, { ...stores, placements: { ...placements, commitGroup } })).toEqual([failing]);
    expect(await outcomes(others)).toEqual({ placed: 1, refused: 1 });
  });
});

describe('a queued order', () => {
  test('has every setting of its channel that a placement depends on', async () => {
    const settings = { ...channels.storefront, paymentWindowMinutes: 5, maxOrderAgeDays: 7, taxIncluded: false };
    const content = orderFor(await aSkuWith(1));
    const [message] = await queued([content], { channel: settings });
    expect(message?.channel).toEqual(PlacingChannel.parse(settings));
    await placeAll(message ? [message] : []);
    const [order] = await stores.orders.read([message?.orderId ?? '']);
    expect(order?.taxIncluded).toBe(false);
  });

  test.each([
    ['alone', 1],
    ['in a group', 3],
  ])(
    'decided late, %s, has its payment window from the decision and its placement time from the acceptance',
    async (_, count) => {
      const sku = await aSkuWith(count);
      const contents = Array.from({ length: count }, () => orderFor(sku));
      const messages = await queued(contents, { channel: { ...channels.storefront, paymentWindowMinutes: 5 } });
      const decidedAt = noon + 361_000;
      await placeAll(messages, stores, decidedAt);
      const orders = await stores.orders.read(messages.map(({ orderId }) => orderId));
      expect(orders).toHaveLength(count);
      for (const { orderId, reservedUntil, placedAt } of orders) {
        expect([reservedUntil, placedAt]).toEqual([
          new Date(decidedAt + 5 * 60_000).toISOString(),
          '2026-03-05T12:00:01.000Z',
        ]);
        const [event] = await eventsOf(database.db, tables.ORDER_TABLE_NAME, `ORDER#${orderId}`);
        expect(event?.detail).toMatchObject({ metadata: { occurredAt: placedAt }, data: { reservedUntil } });
      }
    },
  );

  test('of 120 SKUs that is decided late is not undone as abandoned', async () => {
    const skus = await Promise.all(Array.from({ length: 120 }, () => aSkuWith(1)));
    const lines = skus.map((sku) => ({ sku, quantity: 1 }));
    const messages = await queued([orderFor(skus[0] ?? '', { lines })]);
    const decidedAt = noon + 361_000;
    const undone: string[] = [];
    let sweeps = 0;
    // The sweep runs before every chunk.
    const { chunkedPlacements } = stores;
    const reserveChunk: typeof chunkedPlacements.reserveChunk = async (...chunk) => {
      sweeps += 1;
      undone.push(...(await undoAbandoned(chunkedPlacements, decidedAt + 5000)));
      return chunkedPlacements.reserveChunk(...chunk);
    };
    await placeAll(messages, { ...stores, chunkedPlacements: { ...chunkedPlacements, reserveChunk } }, decidedAt);
    expect([undone, sweeps, await outcomes(messages)]).toEqual([[], 2, { placed: 1, refused: 0 }]);
  });

  test('of 120 SKUs does not conflict with an abandoned placement of other content under its id', async () => {
    const skus = await Promise.all(Array.from({ length: 120 }, () => aSkuWith(1)));
    const content = orderFor(skus[0] ?? '', { lines: skus.map((sku) => ({ sku, quantity: 1 })) });
    const crashed = orderStores(withCrash(database.db, { transaction: 2, when: 'after' }));
    await expect(post({ ...content, note: 'Changed' }, crashed)).rejects.toThrow('Crashed');
    const messages = await queued([content]);
    await placeAll(messages, stores, noon + 361_000);
    expect(await outcomes(messages)).toEqual({ placed: 1, refused: 0 });
  });

  test('sent again after its refusal is decided again, and the message of the first attempt has no effect', async () => {
    const sku = await aSkuWith(1);
    const content = orderFor(sku, { lines: [{ sku, quantity: 2 }] });
    const old = await queued([content]);
    await placeAll(old);
    expect(await outcomes(old)).toEqual({ placed: 0, refused: 1 });
    const [event] = await eventsOf(database.db, tables.ORDER_TABLE_NAME, `ORDER#${old[0]?.orderId}`);
    expect(event?.detail).toMatchObject({
      metadata: { occurredAt: '2026-03-05T12:00:03.000Z', actor: 'storefront' },
      data: { acceptedAt: '2026-03-05T12:00:01.000Z', problem: { type: 'out-of-stock', status: 409 } },
    });
    const fresh = await queued([content]);
    expect(fresh[0]?.attemptId).not.toBe(old[0]?.attemptId);
    await receive(sku, 1);
    expect(await placeAll(old)).toEqual([]);
    expect(await countersOf(sku)).toMatchObject({ reserved: 0 });
    const [orderId = ''] = old.map((each) => each.orderId);
    expect((await stores.intakes.states([orderId])).get(orderId)?.intake?.status).toBe('accepted');
    await placeAll(fresh);
    expect(await countersOf(sku)).toMatchObject({ reserved: 2 });
  });

  test('accepted without a message because its function crashed is sent with the next request', async () => {
    const sku = await aSkuWith(1);
    const content = orderFor(sku);
    const broken = { send: () => Promise.reject(new Error('Crashed')) };
    const accepting = acceptOrders(stores.intakes, broken, [content], channels.storefront, aCause());
    await expect(accepting).rejects.toThrow('Crashed');
    const messages = await queued([content]);
    expect(messages).toHaveLength(1);
    await placeAll(messages);
    expect(await outcomes(messages)).toEqual({ placed: 1, refused: 0 });
  });

  test('placed directly in the meantime stays unchanged', async () => {
    const sku = await aSkuWith(1);
    const content = orderFor(sku);
    const messages = await queued([content]);
    expect((await post(content)).status).toBe(201);
    expect(await placeAll(messages)).toEqual([]);
    expect(await outcomes(messages)).toEqual({ placed: 1, refused: 0 });
    expect(await countersOf(sku)).toMatchObject({ reserved: 1 });
  });

  test('placed directly during its refusal is not refused', async () => {
    const sku = await aSkuWith(0);
    const content = orderFor(sku);
    const messages = await queued([content, orderFor(sku)]);
    const meanwhile = async () => {
      await receive(sku, 1);
      expect((await post(content)).status).toBe(201);
    };
    expect(await placeAll(messages, watched(database.db, meanwhile).stores)).toEqual([]);
    expect(await outcomes(messages)).toEqual({ placed: 1, refused: 1 });
  });
});
