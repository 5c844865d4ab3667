import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { channels } from '../support/environment.ts';
import { acceptOrders } from '../../functions/order-intake/queue/accept.ts';
import { getOrder } from '../../functions/order-intake/api.handler.ts';
import { createChangeStore } from '../../functions/order-intake/order/order-store.ts';
import { intakeKey, type QueuedOrder } from '../../functions/order-intake/queue/intake-item.ts';
import { overdueEnder } from '../../functions/order-intake/expiry/overdue.ts';
import { placeQueued } from '../../functions/order-intake/queue/place-queued-job.ts';
import { resendAccepted } from '../../functions/order-intake/queue/resend-accepted-job.ts';
import { createOrderStore } from '../../functions/order-intake/placement/store.ts';
import * as routes from '../../shared/contracts/orders/routes.ts';
import { orderIdOf } from '../../shared/ids.ts';
import { aCause, anOrder, aPolicy, noon } from '../support/builders.ts';
import { databaseForEach, tables } from '../support/database/dynamodb.ts';
import { aRequest } from '../support/requests.ts';
import { stockedSku } from '../support/stock/stocked-skus.ts';

// One for each test, as the sweep looks at all orders.
const database = databaseForEach();
const store = createOrderStore(database.db, tables, aPolicy().timeZone);
beforeEach(async () => {
  await stockedSku(database.db, 500, { sku: 'MUG' });
});

const minute = 60_000;
const day = 24 * 60 * minute;

/** A queue that keeps what it is sent, unless it is down. */
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
    store.intakes,
    queue,
    externalOrderIds.map((externalOrderId) => anOrder({ externalOrderId })),
    channels.storefront,
    aCause({ now }),
  );
const place = (messages: readonly QueuedOrder[]) => {
  const endOverdue = overdueEnder(createChangeStore(database.db, tables, aPolicy().timeZone));
  return placeQueued({ store, policy: aPolicy(), now: noon + minute, report: () => undefined, endOverdue }, messages);
};
const idOf = (externalOrderId: string) => orderIdOf('storefront', externalOrderId);
const read = (externalOrderId: string, now: number) =>
  getOrder(
    store,
    channels,
  )(aRequest(routes.getOrder, { params: { orderId: idOf(externalOrderId) }, cause: aCause({ now }) }));

test('an order that was written down and never sent is sent by the sweep, once, and placed as if it had been', async () => {
  const queue = aQueue();
  queue.isDown = true;
  await expect(accept(['lost'], queue)).rejects.toThrow('does not answer');
  queue.isDown = false;
  expect(await resendAccepted(store.intakes, queue, noon + 14 * minute)).toEqual([]);
  expect(await resendAccepted(store.intakes, queue, noon + 16 * minute)).toEqual([idOf('lost')]);
  expect(await resendAccepted(store.intakes, queue, noon + 17 * minute)).toEqual([]);
  expect(queue.messages).toMatchObject([{ content: anOrder({ externalOrderId: 'lost' }), acceptedAtMs: noon }]);
  expect(await place([...queue.messages, ...queue.messages])).toEqual([]);
  expect((await read('lost', noon + 20 * minute)).body).toMatchObject({ status: 'placed' });
});

test('it is sent when the queue takes it, if it did not at first', async () => {
  const queue = aQueue();
  queue.isDown = true;
  await expect(accept(['lost'], queue)).rejects.toThrow('does not answer');
  await expect(resendAccepted(store.intakes, queue, noon + 16 * minute)).rejects.toThrow('does not answer');
  queue.isDown = false;
  expect(await resendAccepted(store.intakes, queue, noon + 3 * day)).toEqual([idOf('lost')]);
});

test('what is decided is not sent again, nor what came after, and none is left out among many', async () => {
  const queue = aQueue();
  const many = Array.from({ length: 950 }, (_, index) => `order-${index}`);
  for (let first = 0; first < many.length; first += 95) {
    queue.isDown = first === 0 || first === 855;
    const outcome = await accept(many.slice(first, first + 95), queue, noon + first).then(() => 'sent', String);
    expect(outcome).toBe(queue.isDown ? 'Error: The queue does not answer' : 'sent');
  }
  queue.isDown = false;
  await accept(['later'], queue, noon + 30 * minute);
  // More than there is stock for: some are refused.
  expect(await place(queue.messages)).toEqual([]);
  const resent = await resendAccepted(store.intakes, queue, noon + 16 * minute);
  const lost = [...many.slice(0, 95), ...many.slice(855)].map(idOf);
  expect(resent.toSorted()).toEqual(lost.toSorted());
  expect((await read('order-800', noon + minute)).body).toMatchObject({ status: 'refused' });
});

test('a clock that goes back harms nothing', async () => {
  const queue = aQueue();
  await accept(['one'], queue);
  expect(await resendAccepted(store.intakes, queue, noon + day)).toEqual([idOf('one')]);
  expect(await resendAccepted(store.intakes, queue, noon)).toEqual([]);
});

test('a refusal is forgotten after 90 days, deleted or not, and the order may be sent again', async () => {
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
