import { setTimeout } from 'node:timers/promises';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { channels } from '../support/environment.ts';
import { placeOrder } from '../../functions/order-intake/api.handler.ts';
import { createChangeStore } from '../../functions/order-intake/order/order-store.ts';
import { placeReplacement } from '../../functions/order-intake/exchange/place-replacement.ts';
import { createExchangeStore } from '../../functions/order-intake/exchange/exchange-store.ts';
import { atMostOnceASecond, type EndOverdue, overdueEnder } from '../../functions/order-intake/expiry/overdue.ts';
import { placeQueued } from '../../functions/order-intake/queue/place-queued-job.ts';
import { createOrderStore } from '../../functions/order-intake/placement/store.ts';
import { isRetryableError } from '../../shared/dynamodb/retry-on-conflict.ts';
import * as routes from '../../shared/contracts/orders/routes.ts';
import type { OrderContent } from '../../shared/contracts/orders/routes.ts';
import { orderIdOf, replacementNameOf } from '../../shared/ids.ts';
import { stockKey } from '../../shared/stock/stock-item.ts';
import { aCause, anOrder, aPolicy, noon } from '../support/builders.ts';
import { databaseForEach, tables } from '../support/database/dynamodb.ts';
import { anApprovedExchange } from '../support/orders/approved-exchange.ts';
import { skusWith, unitsOf } from '../support/stock/many-skus.ts';
import { queueOrders } from '../support/orders/queued-orders.ts';
import { aRequest } from '../support/requests.ts';

const { timeZone } = aPolicy();
const minute = 60_000;
const later = noon + 20 * minute;

// One for each test, as all holds that are over are ended at once.
const database = databaseForEach();
const store = createOrderStore(database.db, tables, timeZone);
const changes = createChangeStore(database.db, tables, timeZone);
let queries: number;
const due: typeof changes.due = (...asked) => {
  queries += 1;
  return changes.due(...asked);
};
const end = overdueEnder({ ...changes, due });
let looks: number;
const endOverdue: EndOverdue = (cause) => {
  looks += 1;
  return end(cause);
};
beforeEach(() => {
  looks = 0;
  queries = 0;
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Its consistent reads are followed by the minute's sweep, once: what they showed is old then. */
function sweptMeanwhile(): typeof store {
  const once = async <T>(known: T) => {
    sweeping ??= end(aCause({ now: later }));
    await sweeping;
    return known;
  };
  let sweeping: Promise<unknown> | undefined;
  return {
    ...store,
    load: async (placement, isConsistent) => {
      const known = await store.load(placement, isConsistent);
      return isConsistent ? once(known) : known;
    },
    loadAll: async (placements) => once(await store.loadAll(placements)),
  };
}

let made = 0;
const orderFor = (skus: readonly string[], quantity: number): OrderContent =>
  anOrder({ externalOrderId: `overdue-${(made += 1)}`, lines: skus.map((sku) => ({ sku, quantity })) });
const post = (content: OrderContent, { now = noon, known = channels, end = endOverdue, through = store } = {}) =>
  placeOrder(through, known, aPolicy(), end)(aRequest(routes.placeOrder, { body: content, cause: aCause({ now }) }));

/** An order that has these units for a quarter of an hour, unless it is paid; its id. */
async function held(skus: readonly string[], quantity: number): Promise<string> {
  const content = orderFor(skus, quantity);
  const known = { ...channels, storefront: { ...channels.storefront, paymentWindowMinutes: 15 } };
  expect((await post(content, { known })).status).toBe(201);
  return orderIdOf('storefront', content.externalOrderId);
}
const statusOf = async (orderId: string) => (await store.read([orderId]))[0]?.status;

/** What the stock item says is reserved, right or wrong. */
const setReserved = (sku: string, units: number) =>
  database.db.send(
    new UpdateCommand({
      TableName: tables.STOCK_TABLE_NAME,
      Key: stockKey(sku),
      UpdateExpression: 'SET #w.#m.#r = :units',
      ExpressionAttributeNames: { '#w': 'warehouses', '#m': 'main', '#r': 'reserved' },
      ExpressionAttributeValues: { ':units': units },
    }),
  );

/** Orders through the queue; how many are placed of those, in their order. */
async function throughQueue(
  contents: readonly OrderContent[],
  { now = later, through = store, end = endOverdue } = {},
): Promise<boolean[]> {
  const messages = await queueOrders(store, contents, { now });
  const placing = { store: through, policy: aPolicy(), now, report: () => undefined, endOverdue: end };
  expect(await placeQueued(placing, messages)).toEqual([]);
  const standing = await store.intakes.standing(messages.map(({ orderId }) => orderId));
  return messages.map(({ orderId }) => standing.get(orderId)?.order !== undefined);
}

/** Goods come back, and so many units of the wanted ones replace them. */
async function exchangeFor(wanted: string, quantity: number, { now = later, through = store, end = endOverdue } = {}) {
  const [returned = ''] = await skusWith(database.db, [5]);
  const content = orderFor([returned], 1);
  await post(content);
  const refundId = `ref_${String((made += 1)).padStart(26, '0')}`;
  const approved = anApprovedExchange({
    refundId,
    externalOrderId: content.externalOrderId,
    lines: [{ sku: wanted, quantity }],
    payments: [{ provider: 'acme', paymentId: 'pay-1', amountMinor: 100 }],
  });
  const exchanges = createExchangeStore(database.db, tables, timeZone);
  const outcome = await placeReplacement(through, exchanges, channels, aPolicy(), end)(approved, aCause({ now }));
  return { outcome, replacementId: orderIdOf('storefront', replacementNameOf(refundId)) };
}

describe('stock whose hold is over, though not swept', () => {
  test.each([
    ['few SKUs, together with others', 1, 2],
    ['few SKUs, alone', 1, 1],
    ['many SKUs', 30, 1],
    ['more SKUs than fit a transaction', 120, 1],
  ])('is had by queued orders of %s', async (_what, count, orders) => {
    const skus = await skusWith(
      database.db,
      Array.from({ length: count }, () => 10),
    );
    const holding = await held(skus, 10);
    const contents = Array.from({ length: orders }, () => orderFor(skus, 10 / orders));
    expect(await throughQueue(contents)).toEqual(contents.map(() => true));
    expect([await statusOf(holding), looks]).toEqual(['expired', 1]);
    expect(await unitsOf(database.db, skus)).toEqual({ onHand: 10 * count, reserved: 10 * count });
  });

  test('is had by the first in the queue, and no hold ends before its time', async () => {
    const [over = '', standing = ''] = await skusWith(database.db, [10, 10]);
    await held([over], 10);
    expect(await throughQueue([orderFor([over], 1)], { now: noon + 14 * minute })).toEqual([false]);
    const contents = [orderFor([standing], 11), orderFor([over], 8), orderFor([over], 8), orderFor([over], 2)];
    expect(await throughQueue(contents)).toEqual([false, true, false, true]);
  });

  test('is looked for once in a batch that refuses many, and not for one that refuses none', async () => {
    const [scarce = '', plenty = ''] = await skusWith(database.db, [5, 500]);
    const many = await skusWith(
      database.db,
      Array.from({ length: 25 }, () => 0),
    );
    await throughQueue(Array.from({ length: 5 }, () => orderFor([plenty], 1)));
    expect(looks).toBe(0);
    const rush = () => Array.from({ length: 40 }, () => orderFor([scarce], 1));
    const placed = await throughQueue([...rush(), orderFor(many, 1), ...rush(), orderFor(many, 1)]);
    expect([placed.filter(Boolean).length, looks, queries]).toEqual([5, 1, 1]);
  });

  test('is looked for by a batch until all is ended, and no more', async () => {
    const [sku = '', soldOut = ''] = await skusWith(database.db, [10, 0]);
    const many = await skusWith(
      database.db,
      Array.from({ length: 25 }, () => 0),
    );
    await held([sku], 10);
    const end: EndOverdue = async (cause) => {
      if (looks === 2) return endOverdue(cause);
      looks += 1;
      return 'some-left';
    };
    const rush = () => Array.from({ length: 40 }, () => orderFor([soldOut], 1));
    const placed = await throughQueue([orderFor(many, 1), ...rush(), orderFor([sku], 1), orderFor(many, 1)], { end });
    expect([placed.indexOf(true), placed.filter(Boolean).length, looks]).toEqual([41, 1, 3]);
  });

  test('is refused to nobody, at least not for good, while some of it may be left', async () => {
    const [sku = ''] = await skusWith(database.db, [0]);
    const messages = await queueOrders(store, [orderFor([sku], 1), orderFor([sku], 1)]);
    let clock = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += 3000));
    const end: EndOverdue = async () => 'some-left';
    const placing = { store, policy: aPolicy(), now: later, report: () => undefined, endOverdue: end };
    expect(await placeQueued(placing, messages)).toEqual(messages);
    expect(await placeQueued(placing, messages.slice(1))).toEqual(messages.slice(1));
    await expect(exchangeFor(sku, 1, { end })).rejects.toSatisfy(isRetryableError);
  });

  test('does not stop refusals where one cannot be ended, as the units it had are not there', async () => {
    const [gone = '', sold = ''] = await skusWith(database.db, [1, 1]);
    const stuck = await held([gone], 1);
    await post(orderFor([sold], 1));
    await setReserved(gone, 0);
    const impatient = () => overdueEnder(changes, 100);
    for (const count of [1, 2]) {
      const contents = Array.from({ length: count }, () => orderFor([sold], 1));
      expect(await throughQueue(contents, { end: impatient() })).toEqual(contents.map(() => false));
    }
    expect(await exchangeFor(sold, 1, { end: impatient() })).toMatchObject({ outcome: 'refused' });
    // As soon as it can be ended it is: each look but one tries it.
    const end = impatient();
    expect([await end(aCause({ now: later })), await end(aCause({ now: later }))]).toEqual(['some-left', 'all-ended']);
    await setReserved(gone, 1);
    expect(await end(aCause({ now: later }))).toBe('all-ended');
    expect(await statusOf(stuck)).toBe('expired');
  });

  test('is refused to no queued order when it could not be looked for', async () => {
    const [sku = ''] = await skusWith(database.db, [0]);
    const many = await skusWith(
      database.db,
      Array.from({ length: 25 }, () => 0),
    );
    const messages = await queueOrders(store, [orderFor([sku], 1), orderFor(many, 1), orderFor([sku], 1)]);
    const failing = () => Promise.reject(new Error('The index does not answer'));
    const placing = { store, policy: aPolicy(), now: later, report: () => undefined, endOverdue: failing };
    expect(await placeQueued(placing, messages)).toEqual(messages);
  });

  test('is had by an exchange, which is refused for good only when no such hold is left', async () => {
    const [sku = ''] = await skusWith(database.db, [10]);
    const holding = await held([sku], 10);
    expect((await exchangeFor(sku, 1, { now: noon + 14 * minute })).outcome).toBe('refused');
    expect((await exchangeFor(sku, 10)).outcome).toBe('placed');
    expect(await statusOf(holding)).toBe('expired');
    expect((await exchangeFor(sku, 1)).outcome).toBe('refused');
  });

  test('is had by an exchange whose look for it takes long', async () => {
    const [sku = ''] = await skusWith(database.db, [10]);
    await held([sku], 10);
    const slow: typeof changes.due = async (...asked) => {
      await setTimeout(1100);
      return changes.due(...asked);
    };
    expect((await exchangeFor(sku, 1, { end: overdueEnder({ ...changes, due: slow }) })).outcome).toBe('placed');
  });

  describe('that the sweep frees while it is decided', () => {
    let sku: string;
    beforeEach(async () => {
      [sku = ''] = await skusWith(database.db, [10]);
      await held([sku], 10);
    });
    const through = sweptMeanwhile;
    test.each([
      ['together with others', 2],
      ['alone', 1],
    ])('is had by queued orders %s', async (_what, count) => {
      const contents = Array.from({ length: count }, () => orderFor([sku], 1));
      expect(await throughQueue(contents, { through: through() })).toEqual(contents.map(() => true));
    });
    test('is had by an exchange', async () => {
      expect((await exchangeFor(sku, 1, { through: through() })).outcome).toBe('placed');
    });
    test('is had by a buyer', async () => {
      expect((await post(orderFor([sku], 1), { now: later, through: through() })).status).toBe(201);
    });
  });

  test('of an exchange is had by a buyer where no channel has a time limit', async () => {
    const [sku = ''] = await skusWith(database.db, [10]);
    const { replacementId } = await exchangeFor(sku, 10, { now: noon });
    expect(await statusOf(replacementId)).toBe('payment-pending');
    const week = 7 * 86_400_000;
    expect((await post(orderFor([sku], 1), { now: noon + week - 1 })).status).toBe(409);
    expect((await post(orderFor([sku], 10), { now: noon + week })).status).toBe(201);
    expect(await statusOf(replacementId)).toBe('cancelled');
  });

  test('is looked for once a second at most by those who buy at once', async () => {
    const [sku = ''] = await skusWith(database.db, [0]);
    const end = atMostOnceASecond(endOverdue);
    const replies = await Promise.all([1, 2, 3].map(() => post(orderFor([sku], 1), { end })));
    expect([replies.map(({ status }) => status), looks]).toEqual([[409, 409, 409], 1]);
  });
});
