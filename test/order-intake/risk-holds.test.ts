import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { apply, recordPayment } from '../../functions/order-intake/order/apply.ts';
import { assessFirst } from '../../functions/order-intake/risk/risk-assessment.ts';
import { createChangeStore } from '../../functions/order-intake/order/order-store.ts';
import { release } from '../../functions/order-intake/order/payment.ts';
import { allocateStock } from '../../functions/order-intake/fulfilment/shipping.ts';
import { assessorOn } from '../support/orders/risk-assessor.ts';
import { aCapture, aCause, aPolicy } from '../support/builders.ts';
import { tables } from '../support/database/dynamodb.ts';
import { noon } from '../support/orders/placed-order.ts';
import {
  aFailure,
  bodyOf,
  database,
  deliver,
  isCounting,
  placedOne,
  put,
  read,
  suspicious,
  told,
  watched,
} from './assessed-orders.ts';

describe('a suspicious order', () => {
  test('that changes between being read and being judged is judged as it is then', async () => {
    const order = await placedOne(suspicious());
    let isFirst = true;
    const db = watched(async (command) => {
      if (!(command instanceof TransactWriteCommand) || !isFirst) return;
      isFirst = false;
      await put({ ...order, status: 'cancelled', version: 2 });
    });
    expect(await deliver([bodyOf(order)], db)).toEqual([]);
    expect(await read(order)).toMatchObject({ status: 'cancelled', version: 2, risk: { score: 55 } });
    expect(await told(order)).toEqual([]);
  });

  test.each(['shipped', 'cancelled', 'expired', 'completed'] as const)('that is %s is only noted', async (status) => {
    const order = await placedOne({ ...suspicious(), status });
    await deliver([bodyOf(order)]);
    expect(await read(order)).toMatchObject({ status, version: 1, risk: { score: 55 } });
  });

  test('that is partly shipped keeps what is left, and tells so', async () => {
    const order = await placedOne({ ...suspicious(), status: 'partly-shipped' });
    await deliver([bodyOf(order), bodyOf(order)]);
    await deliver([bodyOf(order)]);
    expect(await read(order)).toMatchObject({ status: 'partly-shipped', version: 2, holdReasons: ['risk'] });
    expect(await told(order)).toEqual(['OrderHeld']);
  });

  test('whose time for payment is over is not held, and is not judged for good: it may have been paid in time', async () => {
    const reservedUntil = new Date(noon).toISOString();
    const window = { paymentWindowMinutes: 10, reservedUntil };
    const order = await placedOne({ ...suspicious(), ...window, status: 'payment-pending', payments: [aFailure()] });
    expect(await deliver([bodyOf(order)])).toEqual([]);
    expect(await read(order)).toMatchObject({ status: 'payment-pending', version: 1 });
    // A request that began before the end, and was slow.
    const cause = aCause({ now: noon - 1 });
    const changes = createChangeStore(database.db, tables, aPolicy().timeZone);
    expect(await recordPayment(changes, order.orderId, aCapture(1495), cause)).toMatchObject({ kind: 'changed' });
    const allocated = await assessFirst(assessorOn(database.db), noon, (assessed) =>
      apply(changes, order.orderId, assessed(allocateStock), aCause()),
    );
    expect(allocated).toMatchObject({ kind: 'illegal', status: 'on-hold', holdReasons: ['risk'] });
    expect(await told(order)).toEqual(['PaymentRecorded', 'OrderHeld']);
  });

  test('that is held for another reason has both', async () => {
    const order = await placedOne({ ...suspicious(), status: 'on-hold', holdReasons: ['underpaid'] });
    await deliver([bodyOf(order)]);
    expect(await read(order)).toMatchObject({ status: 'on-hold', holdReasons: ['underpaid', 'risk'] });
    expect(await told(order)).toEqual(['OrderHeld']);
  });

  test('that staff release while it is assessed again stays released', async () => {
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
