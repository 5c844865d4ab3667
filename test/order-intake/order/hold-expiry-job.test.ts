import { setTimeout } from 'node:timers/promises';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { channels } from '../../support/environment.ts';
import { placeReplacement } from '../../../functions/order-intake/exchange/place-replacement.ts';
import { createExchangeStore } from '../../../functions/order-intake/exchange/exchange-store.ts';
import {
  createHoldExpiry,
  type ExpireHolds,
  oncePerSecond,
} from '../../../functions/order-intake/order/hold-expiry-job.ts';
import { placeQueued } from '../../../functions/order-intake/queue/place-queued-job.ts';
import { isRetryableError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import { orderIdOf, replacementNameOf } from '../../../shared/ids.ts';
import { stockKey } from '../../../shared/stock/stock-item.ts';
import { aCause, anOrder, aPolicy, noon } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { anApprovedExchange } from '../../support/orders/approved-exchange.ts';
import { expiryOf, orderStores, placing, queuePlacing, retryBudgetMs } from '../../support/orders/order-stores.ts';
import { skusWith, unitsOf } from '../../support/stock/many-skus.ts';
import { queueOrders } from '../../support/orders/queued-orders.ts';
import { aRequest } from '../../support/requests.ts';

const { timeZone } = aPolicy();
const minute = 60_000;
const later = noon + 20 * minute;

// A database per test, because every expiry concerns all overdue orders.
const database = databaseForEach();
const stores = orderStores(database.db);
const { orders } = stores;
let queryCount: number;
const due: typeof orders.due = (...asked) => {
  queryCount += 1;
  return orders.due(...asked);
};
const expireAll = expiryOf({ ...orders, due });
let expiries: number;
const expireHolds: ExpireHolds = (cause) => {
  expiries += 1;
  return expireAll(cause);
};
beforeEach(() => {
  expiries = 0;
  queryCount = 0;
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Stores whose first consistent read is followed by the sweep, so that the read is outdated. */
function withSweepAfterRead(): typeof stores {
  const sweepOnce = async <T>(state: T) => {
    sweeping ??= expireAll(aCause({ now: later }));
    await sweeping;
    return state;
  };
  let sweeping: Promise<unknown> | undefined;
  const { placements } = stores;
  return {
    ...stores,
    placements: {
      ...placements,
      loadAll: async (several, isConsistent) => {
        const states = await placements.loadAll(several, isConsistent);
        return isConsistent ? sweepOnce(states) : states;
      },
    },
  };
}

let made = 0;
const orderFor = (skus: readonly string[], quantity: number): OrderContent =>
  anOrder({ externalOrderId: `overdue-${(made += 1)}`, lines: skus.map((sku) => ({ sku, quantity })) });
const post = (content: OrderContent, { now = noon, known = channels, end = expireHolds, through = stores } = {}) =>
  placing(through, { channels: known, expireHolds: end })(
    aRequest(routes.placeOrder, { body: content, cause: aCause({ now }) }),
  );

/** Places an unpaid order that reserves these units for 15 minutes; returns its id. */
async function reserve(skus: readonly string[], quantity: number): Promise<string> {
  const content = orderFor(skus, quantity);
  const known = { ...channels, storefront: { ...channels.storefront, paymentWindowMinutes: 15 } };
  expect((await post(content, { known })).status).toBe(201);
  return orderIdOf('storefront', content.externalOrderId);
}
const statusOf = async (orderId: string) => (await orders.read([orderId]))[0]?.status;

/** Overwrites the reserved units of the stock item. */
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

/** Places orders through the queue; returns for each whether it is placed. */
async function throughQueue(
  contents: readonly OrderContent[],
  { now = later, through = stores, end = expireHolds } = {},
): Promise<boolean[]> {
  const messages = await queueOrders(stores, contents, { now });
  expect(await placeQueued(queuePlacing(through, { now, expireHolds: end }), messages)).toEqual([]);
  const states = await stores.intakes.states(messages.map(({ orderId }) => orderId));
  return messages.map(({ orderId }) => states.get(orderId)?.order !== undefined);
}

/** Exchanges returned goods for this many units. */
async function exchangeFor(
  wanted: string,
  quantity: number,
  { now = later, through = stores, end = expireHolds } = {},
) {
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
  const outcome = await placeReplacement(
    { ...through, exchanges },
    channels,
    aPolicy(),
    end,
    retryBudgetMs,
  )(approved, aCause({ now }));
  return { outcome, replacementId: orderIdOf('storefront', replacementNameOf(refundId)) };
}

describe('stock of an overdue reservation', () => {
  test.each([
    ['few SKUs in a group', 1, 2],
    ['few SKUs alone', 1, 1],
    ['many SKUs', 30, 1],
    ['more SKUs than one transaction takes', 120, 1],
  ])('is sold to queued orders of %s', async (_what, count, orders) => {
    const skus = await skusWith(
      database.db,
      Array.from({ length: count }, () => 10),
    );
    const holding = await reserve(skus, 10);
    const contents = Array.from({ length: orders }, () => orderFor(skus, 10 / orders));
    expect(await throughQueue(contents)).toEqual(contents.map(() => true));
    expect([await statusOf(holding), expiries]).toEqual(['expired', 1]);
    expect(await unitsOf(database.db, skus)).toEqual({ onHand: 10 * count, reserved: 10 * count });
  });

  test('is sold to the first order in the queue, and no reservation expires before its deadline', async () => {
    const [overdue = '', current = ''] = await skusWith(database.db, [10, 10]);
    await reserve([overdue], 10);
    expect(await throughQueue([orderFor([overdue], 1)], { now: noon + 14 * minute })).toEqual([false]);
    const contents = [orderFor([current], 11), orderFor([overdue], 8), orderFor([overdue], 8), orderFor([overdue], 2)];
    expect(await throughQueue(contents)).toEqual([false, true, false, true]);
  });

  test('is expired once per batch with refusals, and not for a batch without', async () => {
    const [scarce = '', plenty = ''] = await skusWith(database.db, [5, 500]);
    const many = await skusWith(
      database.db,
      Array.from({ length: 25 }, () => 0),
    );
    await throughQueue(Array.from({ length: 5 }, () => orderFor([plenty], 1)));
    expect(expiries).toBe(0);
    const rush = () => Array.from({ length: 40 }, () => orderFor([scarce], 1));
    const placed = await throughQueue([...rush(), orderFor(many, 1), ...rush(), orderFor(many, 1)]);
    expect([placed.filter(Boolean).length, expiries, queryCount]).toEqual([5, 1, 1]);
  });

  test('is expired by a batch until no overdue reservation is left', async () => {
    const [sku = '', soldOut = ''] = await skusWith(database.db, [10, 0]);
    const many = await skusWith(
      database.db,
      Array.from({ length: 25 }, () => 0),
    );
    await reserve([sku], 10);
    const end: ExpireHolds = async (cause) => {
      if (expiries === 2) return expireHolds(cause);
      expiries += 1;
      return 'some-left';
    };
    const rush = () => Array.from({ length: 40 }, () => orderFor([soldOut], 1));
    const placed = await throughQueue([orderFor(many, 1), ...rush(), orderFor([sku], 1), orderFor(many, 1)], { end });
    expect([placed.indexOf(true), placed.filter(Boolean).length, expiries]).toEqual([41, 1, 3]);
  });

  test('prevents a final refusal while some overdue reservations may be left', async () => {
    const [sku = ''] = await skusWith(database.db, [0]);
    const messages = await queueOrders(stores, [orderFor([sku], 1), orderFor([sku], 1)]);
    let clock = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += 3000));
    const end: ExpireHolds = async () => 'some-left';
    const given = queuePlacing(stores, { now: later, expireHolds: end });
    expect(await placeQueued(given, messages)).toEqual(messages);
    expect(await placeQueued(given, messages.slice(1))).toEqual(messages.slice(1));
    await expect(exchangeFor(sku, 1, { end })).rejects.toSatisfy(isRetryableError);
  });

  test('does not prevent a refusal of another SKU if it cannot be expired because its reserved units are missing', async () => {
    const [gone = '', sold = ''] = await skusWith(database.db, [1, 1]);
    const inconsistent = await reserve([gone], 1);
    await post(orderFor([sold], 1));
    await setReserved(gone, 0);
    const shortBudget = () => createHoldExpiry(orders, { budgetMs: retryBudgetMs, retryBudgetMs: 2000 });
    for (const count of [1, 2]) {
      const contents = Array.from({ length: count }, () => orderFor([sold], 1));
      expect(await throughQueue(contents, { end: shortBudget() })).toEqual(contents.map(() => false));
    }
    expect(await exchangeFor(sold, 1, { end: shortBudget() })).toMatchObject({ outcome: 'refused' });
    // Every second call tries it again.
    const end = shortBudget();
    expect([await end(aCause({ now: later })), await end(aCause({ now: later }))]).toEqual([
      'some-left',
      'all-expired',
    ]);
    await setReserved(gone, 1);
    expect(await end(aCause({ now: later }))).toBe('all-expired');
    expect(await statusOf(inconsistent)).toBe('expired');
  });

  test('prevents refusals of queued orders if the expiry fails', async () => {
    const [sku = ''] = await skusWith(database.db, [0]);
    const many = await skusWith(
      database.db,
      Array.from({ length: 25 }, () => 0),
    );
    const messages = await queueOrders(stores, [orderFor([sku], 1), orderFor(many, 1), orderFor([sku], 1)]);
    const failing = () => Promise.reject(new Error('The index does not answer'));
    const given = queuePlacing(stores, { now: later, expireHolds: failing });
    expect(await placeQueued(given, messages)).toEqual(messages);
  });

  test('is sold to an exchange, which is refused only if no overdue reservation is left', async () => {
    const [sku = ''] = await skusWith(database.db, [10]);
    const holding = await reserve([sku], 10);
    expect((await exchangeFor(sku, 1, { now: noon + 14 * minute })).outcome).toBe('refused');
    expect((await exchangeFor(sku, 10)).outcome).toBe('placed');
    expect(await statusOf(holding)).toBe('expired');
    expect((await exchangeFor(sku, 1)).outcome).toBe('refused');
  });

  test('is sold to an exchange whose expiry is slow', async () => {
    const [sku = ''] = await skusWith(database.db, [10]);
    await reserve([sku], 10);
    const slow: typeof orders.due = async (...asked) => {
      await setTimeout(1100);
      return orders.due(...asked);
    };
    expect((await exchangeFor(sku, 1, { end: createHoldExpiry({ ...orders, due: slow }) })).outcome).toBe('placed');
  });

  describe('that the sweep releases during a decision', () => {
    let sku: string;
    beforeEach(async () => {
      [sku = ''] = await skusWith(database.db, [10]);
      await reserve([sku], 10);
    });
    const through = withSweepAfterRead;
    test.each([
      ['in a group', 2],
      ['alone', 1],
    ])('is sold to queued orders %s', async (_what, count) => {
      const contents = Array.from({ length: count }, () => orderFor([sku], 1));
      expect(await throughQueue(contents, { through: through() })).toEqual(contents.map(() => true));
    });
    test('is sold to an exchange', async () => {
      expect((await exchangeFor(sku, 1, { through: through() })).outcome).toBe('placed');
    });
    test('is sold to a direct order', async () => {
      expect((await post(orderFor([sku], 1), { now: later, through: through() })).status).toBe(201);
    });
  });

  test('of an exchange is sold to a direct order in a store without payment windows', async () => {
    const [sku = ''] = await skusWith(database.db, [10]);
    const { replacementId } = await exchangeFor(sku, 10, { now: noon });
    expect(await statusOf(replacementId)).toBe('payment-pending');
    const week = 7 * 86_400_000;
    expect((await post(orderFor([sku], 1), { now: noon + week - 1 })).status).toBe(409);
    expect((await post(orderFor([sku], 10), { now: noon + week })).status).toBe(201);
    expect(await statusOf(replacementId)).toBe('cancelled');
  });

  test('is expired at most once per second for concurrent orders', async () => {
    const [sku = ''] = await skusWith(database.db, [0]);
    const end = oncePerSecond(expireHolds);
    // All within one second, however slow the machine is.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    const responses = await Promise.all([1, 2, 3].map(() => post(orderFor([sku], 1), { end })));
    clock.mockRestore();
    expect([responses.map(({ status }) => status), expiries]).toEqual([[409, 409, 409], 1]);
  });
});
