import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { orderKey } from '../../functions/order-intake/order/order-item.ts';
import { contentHash } from '../../shared/ids.ts';
import { tables } from '../support/database/dynamodb.ts';
import {
  aFailure,
  aMailbox,
  aName,
  bodyOf,
  countedOrders,
  database,
  deliver,
  isCounting,
  minute,
  placed,
  placedOne,
  put,
  read,
  watched,
  writesOf,
} from './assessed-orders.ts';

describe('a batch', () => {
  test('with a malformed record, one of an order that cannot be read, and one that fails does the others', async () => {
    const [good, unreadable, failing] = await placed(3, { customer: { email: aMailbox() } });
    if (!good || !unreadable || !failing) throw new Error('No orders');
    await put({ ...failing, customer: { email: 'failing@example.com' } });
    await database.db.send(
      new UpdateCommand({
        TableName: tables.ORDER_TABLE_NAME,
        Key: orderKey(unreadable.orderId),
        UpdateExpression: 'REMOVE currency',
      }),
    );
    const partition = `RISK#email#${contentHash('failing@example.com')}`;
    const db = watched((command) => {
      if (isCounting(command) && writesOf(command).some(({ Put }) => Put?.Item?.['pk'] === partition))
        throw new Error('Refused');
      return undefined;
    });
    expect(await deliver(['{"no":"event"}', bodyOf(good), bodyOf(unreadable), bodyOf(failing), 'x'], db)).toEqual([
      0, 4, 2, 3,
    ]);
    expect([(await read(good)).risk, await countedOrders('email', good.customer.email ?? '')]).toEqual([undefined, 1]);
  });

  test('that meets throttling waits and goes on', async () => {
    const order = await placedOne({ customer: { email: aMailbox() } });
    let throttles = 3;
    const db = watched((command) => {
      if (!isCounting(command) || throttles === 0) return undefined;
      throttles -= 1;
      throw Object.assign(new Error('Slow down'), { name: 'ThrottlingException' });
    });
    expect(await deliver([bodyOf(order)], db)).toEqual([]);
    expect([throttles, await countedOrders('email', order.customer.email ?? '')]).toEqual([0, 1]);
  });

  test('of one mailbox is counted with a write for each group that reads its orders, and not again', async () => {
    const orders = await placed(66, { customer: { email: aMailbox() } }, 24 * 60 * minute);
    let writes = 0;
    const db = watched(async (command) => {
      if (isCounting(command)) writes += writesOf(command).length;
    });
    for (let times = 0; times < 2; times += 1) expect(await deliver(orders.map(bodyOf), db)).toEqual([]);
    expect(writes).toBe(2);
  });

  test('whose tallies and risks do not fit one transaction is counted in several', async () => {
    const orders = await placed(30);
    const cards = orders.map(() => [aName(), aName(), aName(), aName()]);
    for (const [index, order] of orders.entries()) {
      const cardFingerprints = cards[index] ?? [];
      const payments = cardFingerprints.map((cardFingerprint) =>
        aFailure({ type: 'payment.authorized', cardFingerprint }),
      );
      await put({ ...order, payments, customer: { id: aName(), email: aMailbox() } });
    }
    const sizes: number[] = [];
    const db = watched(async (command) => {
      if (isCounting(command)) sizes.push(writesOf(command).length);
    });
    expect(await deliver(orders.map(bodyOf), db)).toEqual([]);
    expect(sizes).toEqual([56, 49, 56, 49]);
    for (const card of cards.flat()) expect(await countedOrders('card', card)).toBe(1);
  });
});
