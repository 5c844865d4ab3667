import { describe, expect, test } from 'vitest';
import { MovementMessage, applyMessage } from '../../../functions/stock-update/movements/movement-message.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { createStockStore, type StockStore } from '../../../functions/stock-update/stock/store.ts';
import { createDeferralStore } from '../../../functions/stock-update/movements/deferral-store.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import { aCause, aMovement, noon } from '../../support/builders.ts';
import { withCrash } from '../../support/database/crashing-database.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { receive, stockedSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const store = createStockStore(database.db, tables);
const deferrals = createDeferralStore(database.db, tables);

const minuteMs = 60_000;
let made = 0;
const aSkuWith = (units: number) => stockedSku(database.db, units);

/** Seconds after noon at which a message is delivered and deferred, and at which its rejection is final. */
const [deliveries, lastDelivery] = [[0, 2, 32], 452];

/** A message with movements of a SKU. `deliver` delivers it like SQS. */
const aMessage = (sku: string, ...given: Partial<Movement>[]) => aMessageSent(noon, sku, ...given);
function aMessageSent(submittedAt: number, sku: string, ...given: Partial<Movement>[]) {
  const messageId = `message-${(made += 1)}`;
  // The builder refuses times that the message may have.
  const movements = given.map(({ occurredAt, ...each }, index) =>
    Object.assign(
      aMovement({ sku, movementId: `${messageId}-${index}`, ...each }),
      occurredAt !== undefined && { occurredAt },
    ),
  );
  const deliver = (seconds: number, through = store) =>
    applyMessage(
      { store: through, deferrals },
      { warehouses: ['main', 'north'], reasons: ['broken', 'lost'] },
      () => noon + seconds * 1000,
    )(
      MovementMessage.parse({
        messageId,
        receiptHandle: 'receipt',
        body: JSON.stringify({ movements }),
        attributes: { SenderId: 'warehouse', SentTimestamp: `${submittedAt}` },
      }),
    );
  const deferThreeTimes = async () => {
    for (const seconds of deliveries) expect(await deliver(seconds)).toBeGreaterThan(0);
  };
  return { movements, deliver, deferThreeTimes };
}

const onHand = async (sku: string) => {
  const { stock } = await store.stock(sku);
  return Object.fromEntries(Object.entries(stock?.warehouses ?? {}).map(([name, { onHand: units }]) => [name, units]));
};
/** Reasons of the published rejections of a movement. */
async function rejections(movement: Movement | undefined) {
  const events = await eventsOf(database.db, tables.STOCK_TABLE_NAME, `MOVEMENT#${movement?.movementId}`);
  return events.map(({ detail: { data } }) => data['reason']);
}

describe('a movement delivered before one that it depends on', () => {
  test.each<[string, Partial<Movement>, Partial<Movement>, Record<string, number>]>([
    [
      'is deferred: a transfer-in before its transfer-out',
      { type: 'transfer-in', transferId: 'T', warehouse: 'north', quantity: 4 },
      { type: 'transfer-out', transferId: 'T', quantity: 4 },
      { main: 6, north: 4 },
    ],
    ['is deferred: a write-off before its receipt', { type: 'write-off', quantity: 15 }, { quantity: 7 }, { main: 2 }],
    [
      'is deferred: a write-off before the receipt of its lot',
      { type: 'write-off', quantity: 3, lot: 'L' },
      { quantity: 3, lot: 'L' },
      { main: 10 },
    ],
  ])('%s', async (_name, early, late, units) => {
    const sku = await aSkuWith(10);
    const [first, second] = [aMessage(sku, early), aMessage(sku, late)];
    expect(await first.deliver(0)).toBe(2);
    expect(await first.deliver(2)).toBe(30);
    expect(await first.deliver(32)).toBe(420);
    expect(await second.deliver(400)).toBeUndefined();
    expect(await first.deliver(452)).toBeUndefined();
    expect(await onHand(sku)).toEqual(units);
    expect(await rejections(first.movements[0])).toEqual([]);
  });

  test('blocks the later movements of its SKU in the message, and no others', async () => {
    const [sku, other] = [await aSkuWith(1), await aSkuWith(1)];
    const { deliver } = aMessage(
      sku,
      { type: 'write-off', quantity: 3 },
      ...Array.from({ length: 20 }, () => ({ quantity: 1 })),
      { type: 'count', quantity: 100 },
      { sku: other, quantity: 5 },
    );
    expect(await deliver(0)).toBe(2);
    expect([await onHand(sku), await onHand(other)]).toEqual([{ main: 1 }, { main: 6 }]);
    const receipt = aMovement({ sku, movementId: `of-${sku}`, quantity: 4 });
    await applyMovements(store, [receipt], aCause({ now: noon + 1000 }));
    expect(await deliver(2)).toBeUndefined();
    expect([await onHand(sku), await onHand(other)]).toEqual([{ main: 104 }, { main: 6 }]);
  });

  test('is deferred as often after failed deliveries', async () => {
    const { movements, deliver } = aMessage(await aSkuWith(1), { type: 'write-off', quantity: 2 });
    const failing: StockStore = { ...store, read: () => Promise.reject(new Error('DynamoDB is unavailable')) };
    const fail = (seconds: number) => expect(deliver(seconds, failing)).rejects.toThrow('unavailable');
    for (const minute of [0, 6, 12]) await fail(minute * 60);
    expect(await deliver(1080)).toBe(2);
    await fail(1082);
    expect(await deliver(1442)).toBe(30);
    expect(await deliver(1472)).toBe(420);
    expect(await rejections(movements[0])).toEqual([]);
    expect(await deliver(1892)).toBeUndefined();
    expect(await rejections(movements[0])).toEqual(['insufficient-stock']);
  });

  test('is deferred as long if SQS delivers its message twice', async () => {
    const { movements, deliver } = aMessage(await aSkuWith(1), { type: 'write-off', quantity: 2 });
    const delays = await Promise.all([deliver(0), deliver(0)]);
    for (const seconds of [0.5, 2, 2.5, 32, 32.5]) delays.push(await deliver(seconds));
    expect(delays).toEqual([2, 2, 1.5, 30, 29.5, 420, 419.5]);
    expect(await rejections(movements[0])).toEqual([]);
  });
});

describe('a movement without occurredAt', () => {
  test('occurred when its message was sent', async () => {
    const sku = await aSkuWith(10);
    const first = aMessageSent(noon + minuteMs, sku, { type: 'count', quantity: 4 });
    const second = aMessageSent(noon + 2 * minuteMs, sku, { quantity: 2 });
    await second.deliver(180);
    await first.deliver(180);
    expect(await onHand(sku)).toEqual({ main: 6 });
    expect(await store.ledger(sku, undefined, 2)).toMatchObject([
      { data: { type: 'count', occurredAt: new Date(noon + minuteMs).toISOString() } },
      { data: { type: 'receipt', occurredAt: new Date(noon + 2 * minuteMs).toISOString() } },
    ]);
  });

  test('is an outdated count after a count that was sent later', async () => {
    const sku = await aSkuWith(10);
    const first = aMessageSent(noon + minuteMs, sku, { type: 'count', quantity: 4 });
    const second = aMessageSent(noon + 2 * minuteMs, sku, { type: 'count', quantity: 3 });
    await second.deliver(180);
    await first.deliver(180);
    expect(await onHand(sku)).toEqual({ main: 3 });
    expect(await rejections(first.movements[0])).toEqual(['count-outdated']);
  });

  test('is not rejected as future if the clock of the queue is ahead', async () => {
    const sku = await aSkuWith(10);
    await aMessageSent(noon + 10 * minuteMs, sku, { quantity: 2 }).deliver(0);
    expect(await onHand(sku)).toEqual({ main: 12 });
  });

  test('is the same movement in another message and over HTTP', async () => {
    const sku = await aSkuWith(10);
    const { movements, deliver } = aMessage(sku, { type: 'count', quantity: 4 });
    await deliver(0);
    const again = aMessageSent(noon + minuteMs, sku, ...movements);
    await again.deliver(60);
    expect(await rejections(again.movements[0])).toEqual([]);
    expect(await applyMovements(store, movements, aCause())).toMatchObject([{ status: 'already-applied' }]);
  });
});

describe('a rejected movement', () => {
  test('is deferred first only for a retryable reason', async () => {
    const sku = await aSkuWith(1);
    const { movements, deliver, deferThreeTimes } = aMessage(
      sku,
      { type: 'count', quantity: 3, expectedOnHand: 2 },
      { type: 'write-off', quantity: 2 },
      { quantity: 1 },
      { sku: 'NO-SUCH-SKU' },
    );
    await deferThreeTimes();
    expect(await Promise.all(movements.map(rejections))).toEqual([['count-outdated'], [], [], ['unknown-sku']]);
    expect(await onHand(sku)).toEqual({ main: 1 });
    expect(await deliver(lastDelivery)).toBeUndefined();
    expect(await Promise.all(movements.map(rejections))).toEqual([
      ['count-outdated'],
      ['insufficient-stock'],
      [],
      ['unknown-sku'],
    ]);
    expect(await onHand(sku)).toEqual({ main: 2 });
  });

  test('stays rejected in its message after a crash and after later receipts', async () => {
    const sku = await aSkuWith(1);
    const { movements, deliver, deferThreeTimes } = aMessage(sku, { type: 'write-off', quantity: 2 });
    const [before, after] = (['before', 'after'] as const).map((when) =>
      createStockStore(withCrash(database.db, { transaction: 1, when }), tables),
    );
    await deferThreeTimes();
    await expect(deliver(lastDelivery, before)).rejects.toThrow('Crashed');
    expect(await rejections(movements[0])).toEqual([]);
    await expect(deliver(lastDelivery + 360, after)).rejects.toThrow('Crashed');
    await receive(database.db, sku, 5);
    for (const seconds of [lastDelivery + 720, 0]) expect(await deliver(seconds)).toBeUndefined();
    expect(await onHand(sku)).toEqual({ main: 6 });
    expect(await rejections(movements[0])).toEqual(['insufficient-stock']);
  });

  test('is published once per message, even if another message applied the same id meanwhile', async () => {
    const sku = await aSkuWith(1);
    const { movements, deliver } = aMessage(sku, { sku: 'NO-SUCH-SKU' }, { type: 'write-off', quantity: 9 });
    expect(await deliver(0)).toBe(2);
    await aMessage(sku, { movementId: movements[0]?.movementId ?? '', quantity: 1 }).deliver(1);
    expect(await onHand(sku)).toEqual({ main: 2 });
    expect(await deliver(2)).toBe(30);
    expect(await rejections(movements[0])).toEqual(['unknown-sku']);
  });

  test('can be applied by another message and over HTTP', async () => {
    const sku = await aSkuWith(1);
    const { movements, deliver, deferThreeTimes } = aMessage(sku, { type: 'write-off', quantity: 2 });
    await deferThreeTimes();
    await deliver(lastDelivery);
    await receive(database.db, sku, 5);
    expect(await aMessage(sku, ...movements).deliver(0)).toBeUndefined();
    expect(await onHand(sku)).toEqual({ main: 4 });
    expect(await applyMovements(store, movements, aCause())).toMatchObject([{ status: 'already-applied' }]);
  });
});

describe('a movement rejected in many messages', () => {
  const reject = async (movement: Movement, messages: readonly string[]) => {
    for (const message of messages) await store.reject(movement, 'unknown-sku', message, aCause());
  };
  const rejectedIn = async (movement: Movement) => (await store.read([movement])).rejectedFor.get(movement.movementId);

  test('is published for each message, even if two are concurrent', async () => {
    const movement = aMovement({ movementId: 'rejected-twice', sku: 'NO-SUCH-SKU' });
    await Promise.all([reject(movement, ['a']), reject(movement, ['b'])]);
    expect(await rejections(movement)).toHaveLength(2);
    expect(await rejectedIn(movement)).toEqual(new Set(['a', 'b']));
  });

  test('stores the last hundred messages, which limits its item', async () => {
    const movement = aMovement({ movementId: 'rejected-often', sku: 'NO-SUCH-SKU' });
    const messages = Array.from({ length: 101 }, (_, index) => `message ${index}`);
    await reject(movement, messages);
    expect(await rejectedIn(movement)).toEqual(new Set(messages.slice(1)));
  });
});

describe('of two concurrent deliveries of a message', () => {
  test('one rejects, and the other does not apply', async () => {
    const sku = await aSkuWith(5);
    const { movements, deliver } = aMessage(sku, { type: 'write-off', quantity: 2 });
    const concurrent: StockStore = {
      ...store,
      async write(...given) {
        for (const movement of movements)
          await store.reject(movement, 'insufficient-stock', given[2].causationId, given[2]);
        return store.write(...given);
      },
    };
    expect(await deliver(0, concurrent)).toBeUndefined();
    expect(await onHand(sku)).toEqual({ main: 5 });
    expect(await rejections(movements[0])).toEqual(['insufficient-stock']);
  });

  test('both reject, and one publishes', async () => {
    const sku = await aSkuWith(1);
    const { movements, deliver, deferThreeTimes } = aMessage(sku, { type: 'write-off', quantity: 2 });
    const concurrent: StockStore = {
      ...store,
      async reject(...given) {
        await deliver(lastDelivery);
        return store.reject(...given);
      },
    };
    await deferThreeTimes();
    expect(await deliver(lastDelivery, concurrent)).toBeUndefined();
    expect(await rejections(movements[0])).toEqual(['insufficient-stock']);
  });

  test('one applies, and the other does not reject', async () => {
    const sku = await aSkuWith(1);
    const { movements, deliver, deferThreeTimes } = aMessage(sku, { type: 'write-off', quantity: 2 });
    const concurrent: StockStore = {
      ...store,
      async reject(...given) {
        await receive(database.db, sku, 5);
        await deliver(lastDelivery);
        return store.reject(...given);
      },
    };
    await deferThreeTimes();
    expect(await deliver(lastDelivery, concurrent)).toBeUndefined();
    expect(await onHand(sku)).toEqual({ main: 4 });
    expect(await rejections(movements[0])).toEqual([]);
  });
});

test('a movement of a warehouse that the settings do not have is rejected once, the others are applied', async () => {
  const sku = await aSkuWith(1);
  const { movements, deliver } = aMessage(sku, { quantity: 2 }, { warehouse: 'mian' }, { warehouse: 'north' });
  expect([await deliver(0), await deliver(1)]).toEqual([undefined, undefined]);
  expect(await Promise.all(movements.map(rejections))).toEqual([[], ['unknown-warehouse'], []]);
  expect(Object.keys(await onHand(sku)).toSorted()).toEqual(['main', 'north']);
});

test('an adjustment with a reason that the list does not have is rejected once, the others are applied', async () => {
  const sku = await aSkuWith(5);
  const type = 'write-off' as const;
  const quantity = 1;
  const { movements, deliver } = aMessage(
    sku,
    { type, quantity, reason: 'lost' },
    { type, quantity, reason: 'brokn' },
    { reason: 'note 1' },
  );
  expect([await deliver(0), await deliver(1)]).toEqual([undefined, undefined]);
  expect(await Promise.all(movements.map(rejections))).toEqual([[], ['unknown-reason'], []]);
});

describe('a message that was sent before times had a limit', () => {
  const digits = (count: number) => `2026-03-05T11:00:00.${'1'.repeat(count)}Z`;

  test.each([20, 21, 400, 6000, 100_000])('is applied with a time of %i fraction digits, once', async (count) => {
    const sku = await aSkuWith(5);
    const message = aMessage(sku, { type: 'adjustment', quantity: 2, occurredAt: digits(count) });
    expect([await message.deliver(1), await message.deliver(2)]).toEqual([undefined, undefined]);
    expect(await onHand(sku)).toEqual({ main: 7 });
    expect(await rejections(message.movements[0])).toEqual([]);
  });

  test.each(['1999-12-31T23:59:59Z', '1969-01-01T00:00:00Z', '2026-03-05'])(
    'is not applied at %s',
    async (occurredAt) => {
      const message = aMessage(await aSkuWith(5), { type: 'adjustment', quantity: 2, occurredAt });
      await expect(message.deliver(1)).rejects.toThrow(/occurredAt/);
    },
  );
});
