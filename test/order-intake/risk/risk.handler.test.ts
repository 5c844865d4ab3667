import { orderKey } from '../../../shared/orders/order-keys.ts';
import { UpdateCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { contentHash } from '../../../shared/ids.ts';
import { tables } from '../../support/database/dynamodb.ts';
import { release } from '../../../functions/order-intake/risk/review.ts';
import { noon } from '../../support/orders/placed-order.ts';
import { applyChange } from '../../../functions/order-intake/order/apply.ts';
import { recordPayment } from '../../../functions/order-intake/payments/record-payment.ts';
import { assessFirst } from '../../../functions/order-intake/risk/risk-assessment.ts';
import { createOrderStore } from '../../../functions/order-intake/order/order-store.ts';
import { allocateStock } from '../../../functions/order-intake/fulfilment/shipping.ts';
import { riskAssessmentOn } from '../../support/orders/risk-assessment.ts';
import { aCapture, aCause, aPolicy } from '../../support/builders.ts';
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
  disposable,
  findings,
  eventTypesOf,
  suspicious,
} from './assessed-orders.ts';

describe('a batch', () => {
  test('assesses the other orders despite a malformed record, an unreadable order and a failing one', async () => {
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

  test('is retried after throttling', async () => {
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

  test('writes the counter of one mailbox once per group of orders, and not for a redelivery', async () => {
    const orders = await placed(66, { customer: { email: aMailbox() } }, 24 * 60 * minute);
    let writes = 0;
    const db = watched(async (command) => {
      if (isCounting(command)) writes += writesOf(command).length;
    });
    for (let times = 0; times < 2; times += 1) expect(await deliver(orders.map(bodyOf), db)).toEqual([]);
    expect(writes).toBe(2);
  });

  test('uses several transactions if its counters and risks do not fit one', async () => {
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

describe('orders that arrive together', () => {
  const receivedAt = new Date(noon).toISOString();
  const card = () => {
    const cardFingerprint = aName();
    return () => [aFailure({ type: 'payment.authorized', cardFingerprint })];
  };

  test.each([
    ['an hour apart', 60],
    ['a day apart', 24 * 60],
    ['a week apart', 7 * 24 * 60],
    ['at one time', 0],
    ['in the order of time reversed', -90],
  ])('count together, whatever times their channel names: %s', async (_name, minutes) => {
    const payments = card();
    const orders = await placed(4, { receivedAt }, minutes * minute);
    for (const order of orders) await put({ ...order, payments: payments() });
    await deliver(orders.map(bodyOf));
    expect((await findings(orders)).flatMap(({ codes }) => codes)).toEqual(['card-velocity']);
  });

  test('count apart if they are imported, or from before their arrival was stored', async () => {
    const payments = card();
    const orders = await placed(4, {}, 60 * minute);
    for (const order of orders) await put({ ...order, payments: payments() });
    await deliver(orders.map(bodyOf));
    expect((await findings(orders)).flatMap(({ codes }) => codes)).toEqual([]);
  });
});

describe('failed payments', () => {
  test('have the order assessed again, and do not hold it again after its release', async () => {
    const customer = { id: aName(), email: disposable() };
    const order = await placedOne({ customer });
    await deliver([bodyOf(order)]);
    expect(await read(order)).toMatchObject({ status: 'placed', risk: { score: 35 } });
    const three = [aFailure(), aFailure(), aFailure()];
    await put({ ...(await read(order)), payments: three });
    await deliver([bodyOf(order), bodyOf(order)]);
    await deliver([bodyOf(order)]);
    expect(await read(order)).toMatchObject({ status: 'on-hold', risk: { score: 75 } });
    const released = release(await read(order), 'known', noon);
    if (released.kind !== 'changed') throw new Error('Not released');
    await put({ ...released.order, payments: [...three, aFailure()] });
    await deliver([bodyOf(order)]);
    const after = await read(order);
    expect(after).toMatchObject({ status: 'placed', risk: { score: 75, isAccepted: true } });
    expect(after.risk?.reasons.map(({ detail }) => detail)).toContain('4 failed payments in 60 minutes');
    expect(await eventTypesOf(order)).toEqual(['OrderHeld']);
  });

  test('count for the customer’s other orders, and a reused card holds the order', async () => {
    const customer = { id: aName() };
    const payments = [aFailure(), aFailure(), aFailure()];
    const cardFingerprint = aName();
    const card = () => aFailure({ type: 'payment.authorized', cardFingerprint });
    const failed = await placedOne({ customer, payments });
    const next = await placedOne({ customer });
    const cards = await placed(4);
    for (const order of cards) await put({ ...order, payments: [card()] });
    const orders = [failed, next, ...cards];
    await deliver(orders.map(bodyOf));
    const codes = (await findings(orders)).map((finding) => finding.codes);
    expect(codes).toEqual([['many-failures'], ['many-failures'], [], [], [], ['card-velocity']]);
  });

  test('of a guest order are counted from the order itself, each once', async () => {
    const [few, many] = [[aFailure(), aFailure()], Array.from({ length: 20 }, () => aFailure())];
    const cardFingerprint = aName();
    const byCard = [aFailure({ cardFingerprint }), aFailure({ cardFingerprint })];
    const longAgo = aFailure({ occurredAt: new Date(noon - 61 * minute).toISOString() });
    const orders = [];
    for (const payments of [few, many, byCard, [...few, longAgo]]) orders.push(await placedOne({ payments }));
    await deliver(orders.map(bodyOf));
    expect((await findings(orders)).map(({ codes }) => codes)).toEqual([[], ['many-failures'], [], []]);
    const [, guest] = await Promise.all(orders.map(read));
    expect(guest?.risk?.reasons).toMatchObject([{ detail: '20 failed payments in 60 minutes' }]);
  });

  test('do not affect an imported order', async () => {
    const order = await placedOne({ imported: true, status: 'completed', payments: [aFailure()] });
    expect(await deliver([bodyOf(order)])).toEqual([]);
    expect((await read(order)).risk).toBeUndefined();
  });
});

describe('a suspicious order', () => {
  test('is assessed again if it changes between read and write', async () => {
    const order = await placedOne(suspicious());
    let isFirst = true;
    const db = watched(async (command) => {
      if (!(command instanceof TransactWriteCommand) || !isFirst) return;
      isFirst = false;
      await put({ ...order, status: 'cancelled', version: 2 });
    });
    expect(await deliver([bodyOf(order)], db)).toEqual([]);
    expect(await read(order)).toMatchObject({ status: 'cancelled', version: 2, risk: { score: 55 } });
    expect(await eventTypesOf(order)).toEqual([]);
  });

  test.each(['shipped', 'cancelled', 'expired', 'completed'] as const)(
    'has a stored risk but no hold if it is %s',
    async (status) => {
      const order = await placedOne({ ...suspicious(), status });
      await deliver([bodyOf(order)]);
      expect(await read(order)).toMatchObject({ status, version: 1, risk: { score: 55 } });
    },
  );

  test('that is partly shipped is held for its rest, with one event', async () => {
    const order = await placedOne({ ...suspicious(), status: 'partly-shipped' });
    await deliver([bodyOf(order), bodyOf(order)]);
    await deliver([bodyOf(order)]);
    expect(await read(order)).toMatchObject({ status: 'partly-shipped', version: 2, holdReasons: ['risk'] });
    expect(await eventTypesOf(order)).toEqual(['OrderHeld']);
  });

  test('is not held while overdue, but is assessed before allocation if it was paid in time', async () => {
    const reservedUntil = new Date(noon).toISOString();
    const window = { paymentWindowMinutes: 10, reservedUntil };
    const order = await placedOne({ ...suspicious(), ...window, status: 'payment-pending', payments: [aFailure()] });
    expect(await deliver([bodyOf(order)])).toEqual([]);
    expect(await read(order)).toMatchObject({ status: 'payment-pending', version: 1 });
    // The payment's request started before the deadline and finished after it.
    const cause = aCause({ now: noon - 1 });
    const changes = createOrderStore(database.db, tables, aPolicy().timeZone);
    expect(await recordPayment(changes, order.orderId, aCapture(1495), cause)).toMatchObject({ kind: 'changed' });
    const allocated = await assessFirst(riskAssessmentOn(database.db), noon, (assessed) =>
      applyChange(changes, order.orderId, assessed(allocateStock), aCause()),
    );
    expect(allocated).toMatchObject({ kind: 'illegal', status: 'on-hold', holdReasons: ['risk'] });
    expect(await eventTypesOf(order)).toEqual(['PaymentRecorded', 'OrderHeld']);
  });

  test('that is held already gets the second hold reason', async () => {
    const order = await placedOne({ ...suspicious(), status: 'on-hold', holdReasons: ['underpaid'] });
    await deliver([bodyOf(order)]);
    expect(await read(order)).toMatchObject({ status: 'on-hold', holdReasons: ['underpaid', 'risk'] });
    expect(await eventTypesOf(order)).toEqual(['OrderHeld']);
  });

  test('that staff release during a second assessment stays released', async () => {
    const order = await placedOne(suspicious());
    await deliver([bodyOf(order)]);
    await put({ ...(await read(order)), payments: [aFailure()] });
    let isFirst = true;
    const db = watched(async (command) => {
      if (!isCounting(command) || !isFirst) return;
      isFirst = false;
      const released = release(await read(order), 'known', noon);
      if (released.kind === 'changed') await put(released.order);
    });
    expect(await deliver([bodyOf(order)], db)).toEqual([]);
    expect(await read(order)).toMatchObject({ status: 'placed', risk: { score: 55, isAccepted: true } });
  });
});
