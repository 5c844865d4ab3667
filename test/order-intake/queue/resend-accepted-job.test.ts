import { gzipSync } from 'node:zlib';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { channels } from '../../support/environment.ts';
import { acceptOrders } from '../../../functions/order-intake/queue/accept.ts';
import type { QueuedOrder } from '../../../functions/order-intake/queue/intake-item.ts';
import { intakeKey } from '../../../shared/orders/order-keys.ts';
import { placeQueued } from '../../../functions/order-intake/queue/place-queued-job.ts';
import { resendAccepted } from '../../../functions/order-intake/queue/resend-accepted-job.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { aCause, anOrder, noon } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { expiryOf, orderStores, queuePlacing, reading } from '../../support/orders/order-stores.ts';
import { aRequest } from '../../support/requests.ts';
import { stockedSku } from '../../support/stock/stocked-skus.ts';

// A database per test, because a run processes all orders.
const database = databaseForEach();
const stores = orderStores(database.db);
beforeEach(async () => {
  await stockedSku(database.db, 500, { sku: 'MUG' });
});

const minute = 60_000;
const day = 24 * 60 * minute;

/** A queue that records its messages, or fails while `isDown`. */
function aQueue() {
  const queue = {
    isDown: false,
    messages: [] as QueuedOrder[],
    send: async (orders: readonly QueuedOrder[]) => {
      if (queue.isDown) throw new Error('The queue does not answer');
      queue.messages.push(...orders);
    },
  };
  return queue;
}
const accept = (externalOrderIds: readonly string[], queue: ReturnType<typeof aQueue>, now = noon) =>
  acceptOrders(
    stores.intakes,
    queue,
    externalOrderIds.map((externalOrderId) => anOrder({ externalOrderId })),
    channels.storefront,
    aCause({ now }),
  );
const place = (messages: readonly QueuedOrder[]) =>
  placeQueued(queuePlacing(stores, { now: noon + minute, expireHolds: expiryOf(stores.orders) }), messages);
const setIntake = (externalOrderId: string, values: Record<string, unknown>) => {
  const [[name, value] = ['', '']] = Object.entries(values);
  return database.db.send(
    new UpdateCommand({
      TableName: tables.ORDER_TABLE_NAME,
      Key: intakeKey(idOf(externalOrderId)),
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value },
    }),
  );
};
const idOf = (externalOrderId: string) => orderIdOf('storefront', externalOrderId);
const read = (externalOrderId: string, now: number) =>
  reading(stores)(aRequest(routes.getOrder, { params: { orderId: idOf(externalOrderId) }, cause: aCause({ now }) }));

test('an accepted order without a message is sent once after 15 minutes, and placed', async () => {
  const queue = aQueue();
  queue.isDown = true;
  await expect(accept(['unsent'], queue)).rejects.toThrow('does not answer');
  queue.isDown = false;
  expect(await resendAccepted(stores.intakes, queue, noon + 14 * minute)).toEqual([]);
  expect(await resendAccepted(stores.intakes, queue, noon + 16 * minute)).toEqual([idOf('unsent')]);
  expect(await resendAccepted(stores.intakes, queue, noon + 17 * minute)).toEqual([]);
  expect(queue.messages).toMatchObject([{ content: anOrder({ externalOrderId: 'unsent' }), acceptedAtMs: noon }]);
  expect(await place([...queue.messages, ...queue.messages])).toEqual([]);
  expect((await read('unsent', noon + 20 * minute)).body).toMatchObject({ status: 'placed' });
});

test('an order is sent by a later run if the queue fails', async () => {
  const queue = aQueue();
  queue.isDown = true;
  await expect(accept(['unsent'], queue)).rejects.toThrow('does not answer');
  await expect(resendAccepted(stores.intakes, queue, noon + 16 * minute)).rejects.toThrow('does not answer');
  queue.isDown = false;
  expect(await resendAccepted(stores.intakes, queue, noon + 3 * day)).toEqual([idOf('unsent')]);
});

test('of many orders, exactly the old undecided ones are sent again', async () => {
  const queue = aQueue();
  const many = Array.from({ length: 950 }, (_, index) => `order-${index}`);
  for (let first = 0; first < many.length; first += 95) {
    queue.isDown = first === 0 || first === 855;
    const outcome = await accept(many.slice(first, first + 95), queue, noon + first).then(() => 'sent', String);
    expect(outcome).toBe(queue.isDown ? 'Error: The queue does not answer' : 'sent');
  }
  queue.isDown = false;
  await accept(['later'], queue, noon + 30 * minute);
  // There is too little stock, so that some are refused.
  expect(await place(queue.messages)).toEqual([]);
  const resent = await resendAccepted(stores.intakes, queue, noon + 16 * minute);
  const unsent = [...many.slice(0, 95), ...many.slice(855)].map(idOf);
  expect(resent.toSorted()).toEqual(unsent.toSorted());
  expect((await read('order-800', noon + minute)).body).toMatchObject({ status: 'refused' });
});

describe.each([
  ['message that is not compressed', { message: Buffer.from('{') }],
  ['message that is not the JSON of an order', { message: gzipSync('{"orderId":1}') }],
  ['status that does not exist', { status: 'unknown' }],
  ['problem of another shape', { problem: 'text' }],
  ['content hash that is not text', { contentHash: 7 }],
])('a stored order with a %s', (_name, values) => {
  test.each([0, 1, 2])('(place %i) delays no other, and is reported once', async (place) => {
    const queue = aQueue();
    queue.isDown = true;
    const names = ['a', 'b', 'c'];
    for (const [index, name] of names.entries()) {
      await expect(accept([name], queue, noon + index)).rejects.toThrow('does not answer');
    }
    queue.isDown = false;
    const bad = names[place] ?? '';
    await setIntake(bad, values);
    await expect(resendAccepted(stores.intakes, queue, noon + 16 * minute)).rejects.toThrow(
      `1 of 3 item(s) failed; the first: Error: ${idOf(bad)} cannot be read`,
    );
    const sent = queue.messages.map(({ orderId }) => orderId);
    expect(sent.toSorted()).toEqual(
      names
        .filter((name) => name !== bad)
        .map(idOf)
        .toSorted(),
    );
    expect(await resendAccepted(stores.intakes, queue, noon + 17 * minute)).toEqual([]);
  });
});

test('a run with a clock behind the last one sends nothing', async () => {
  const queue = aQueue();
  await accept(['one'], queue);
  expect(await resendAccepted(stores.intakes, queue, noon + day)).toEqual([idOf('one')]);
  expect(await resendAccepted(stores.intakes, queue, noon)).toEqual([]);
});

test('a refusal expires after 90 days, also if its item is not deleted yet, and the order may be sent again', async () => {
  const queue = aQueue();
  await accept(['none'], queue);
  const [message] = queue.messages;
  if (!message) throw new Error('No message');
  const [line] = message.content.lines;
  await place([{ ...message, content: { ...message.content, lines: [{ sku: line?.sku ?? '', quantity: 501 }] } }]);
  expect((await read('none', noon + 89 * day)).body).toMatchObject({ status: 'refused' });
  expect((await read('none', noon + 90 * day)).status).toBe(404);
  const { Item } = await database.db.send(
    new GetCommand({ TableName: tables.ORDER_TABLE_NAME, Key: intakeKey(idOf('none')) }),
  );
  expect(Item?.['expiresAt']).toBe(Math.ceil((noon + 90 * day) / 1000));
  expect(await accept(['none'], queue, noon + 91 * day)).toMatchObject([{ kind: 'queued' }]);
  expect((await read('none', noon + 91 * day)).body).toMatchObject({ status: 'accepted' });
});

test.each([20, 21, 400, 6000, 100_000])(
  'an order that was accepted with a time of %i fraction digits, before times had a limit, is placed',
  async (count) => {
    const queue = aQueue();
    await accept(['long'], queue);
    const [sent] = queue.messages;
    if (!sent) throw new Error('No message');
    const placedAt = `2026-03-05T11:00:00.${'1'.repeat(count)}Z`;
    const message = gzipSync(JSON.stringify({ ...sent, content: { ...sent.content, placedAt } }));
    await setIntake('long', { message });
    queue.messages.length = 0;
    expect(await resendAccepted(stores.intakes, queue, noon + 16 * minute)).toEqual([idOf('long')]);
    expect(await place(queue.messages)).toEqual([]);
    const shortened = { status: 'placed', placedAt: '2026-03-05T11:00:00.111Z' };
    expect((await read('long', noon + 20 * minute)).body).toMatchObject(shortened);
  },
);
