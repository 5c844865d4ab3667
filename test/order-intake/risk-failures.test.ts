import { describe, expect, test } from 'vitest';
import { release } from '../../functions/order-intake/order/payment.ts';
import { noon } from '../support/orders/placed-order.ts';
import {
  aFailure,
  aName,
  bodyOf,
  deliver,
  disposable,
  findings,
  minute,
  placed,
  placedOne,
  put,
  read,
  told,
} from './assessed-orders.ts';

describe('an order', () => {
  test('is assessed again when its payments fail, and after its release is not held for it again', async () => {
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
    expect(await told(order)).toEqual(['OrderHeld']);
  });

  test('of a customer whose other orders could not be paid, or with a card that is used again and again', async () => {
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

  test('of a guest of whom nothing else is known is judged by its own failed payments, each once', async () => {
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

  test('that was imported is not judged, whatever its payments tell', async () => {
    const order = await placedOne({ imported: true, status: 'completed', payments: [aFailure()] });
    expect(await deliver([bodyOf(order)])).toEqual([]);
    expect((await read(order)).risk).toBeUndefined();
  });
});
