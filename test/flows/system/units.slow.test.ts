import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../../functions/refund-approval/refund/refund-policy.ts';
import { stockOf } from '../../support/orders/order-api.ts';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
const refunds = refundDriver(() => office);
beforeAll(async () => {
  office = await startBackOffice();
  await refunds.setPolicy({
    ...defaultPolicy,
    rules: [
      { rule: 'approval', when: { reasons: ['defective'] }, decision: 'one-approver' },
      { rule: 'immediately', when: {}, decision: 'approve' },
    ],
  });
});
afterAll(() => office.stop());

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
let moved = 0;
const move = async (sku: string, given: Record<string, unknown>) => {
  const movement = {
    movementId: `unit-${(moved += 1)}`,
    sku,
    warehouse: 'main',
    type: 'receipt',
    quantity: 5,
    ...given,
  };
  const { body } = await office.client('warehouse').post('/stock/movements', { movements: [movement] });
  return body.results[0];
};
const order = (sku: string, quantity: number) =>
  office.client('storefront').post('/orders', orderOf(sku, { lines: [{ sku, quantity }] }));

describe('units that are refunded before they ship are not shipped', () => {
  const none = () => Promise.resolve();
  const reject = async (path: string) => {
    expect((await refunds.decide(path, 'finance', 'reject')).status).toBe(200);
  };
  const approve = async (path: string) => {
    expect((await refunds.decide(path, 'finance', 'approve')).status).toBe(200);
  };
  const withdraw = async (path: string) => {
    expect((await refunds.withdraw(path)).status).toBe(200);
  };
  // Shipments are tried in turn, of an order of three units; one that is refused ships nothing.
  test.each<
    [
      name: string,
      reason: string,
      units: number,
      end: (path: string) => Promise<void>,
      tried: number[],
      shipped: number,
    ]
  >([
    ['1 unit, at once', 'late', 1, none, [3, 2], 2],
    ['2 units, at once', 'late', 2, none, [3, 2, 1], 1],
    ['3 units, at once', 'late', 3, none, [3, 1], 0],
    ['1 unit, undecided', 'defective', 1, none, [3, 2], 2],
    ['3 units, undecided', 'defective', 3, none, [3, 1], 0],
    ['2 units, approved', 'defective', 2, approve, [3, 2, 1], 1],
    ['2 units, rejected', 'defective', 2, reject, [3], 3],
    ['2 units, withdrawn', 'defective', 2, withdraw, [3], 3],
  ])('%s', async (_name, reason, quantity, end, tried, shipped) => {
    const { sku, orderId, path } = await refunds.paidOrder({ quantity: 3 });
    const { path: refund } = await refunds.requested(orderId, { reason, lines: [{ lineId: 'line-1', quantity }] });
    await end(refund);
    await office.settled();
    const statuses: number[] = [];
    for (const units of tried) statuses.push((await refunds.ship(path, units)).status);
    expect(statuses).toEqual(tried.map((units) => (units === shipped ? 201 : 409)));
    expect(await stockOf(office, sku)).toMatchObject({ onHand: 100 - shipped });
  });
});

describe('expired units are not sold', () => {
  test.each([
    ['years ago', '2001-01-01', false],
    ['last year', inDays(-365), false],
    ['two days ago', inDays(-2), false],
    ['in two days', inDays(2), true],
    ['in a year', inDays(365), true],
    ['never', undefined, true],
  ])('of a lot that expires %s', async (_name, expiresOn, isSold) => {
    const sku = await stockedSku(office, { units: 0 });
    expect(await move(sku, { lot: 'L-1', expiresOn })).toMatchObject({ status: 'applied' });
    const { body } = await office.client('warehouse').get(`/stock/${sku}`);
    expect(body).toMatchObject({
      onHand: 5,
      available: isSold ? 5 : 0,
      unavailableBy: { expired: isSold ? 0 : 5 },
    });
    expect((await order(sku, 1)).status).toBe(isSold ? 201 : 409);
  });

  test.each([
    ['no day, while it has units', inDays(9), 0, undefined, 'applied'],
    ['no day, after it was empty', inDays(9), 5, undefined, 'applied'],
    ['its day, after it was empty', inDays(9), 5, inDays(9), 'applied'],
    ['another day, while it has units', inDays(9), 0, inDays(8), 'lot-conflict'],
    ['another day, after it was empty', inDays(9), 5, inDays(8), 'lot-conflict'],
    ['a day that is past, after it was empty', inDays(9), 5, inDays(-8), 'lot-conflict'],
  ])('a lot keeps its expiry when it is received again with %s', async (_name, first, taken, again, outcome) => {
    const sku = await stockedSku(office, { units: 0 });
    await move(sku, { lot: 'L-1', expiresOn: first });
    for (let unit = 0; unit < taken; unit += 1) await move(sku, { type: 'write-off', quantity: 1, lot: 'L-1' });
    const { status, reason } = await move(sku, { lot: 'L-1', expiresOn: again, quantity: 1 });
    expect(reason ?? status).toBe(outcome);
    await move(sku, { lot: 'L-1', quantity: 1 });
    const { lots } = (await office.client('warehouse').get(`/stock/${sku}/lots`)).body;
    expect(lots).toMatchObject([{ lot: 'L-1', expiresOn: first }]);
  });
});

describe('a count states what is there, also below the reserved units', () => {
  // Three orders of two units each, of ten.
  test.each([
    [8, 2, 0, 0],
    [6, 0, 0, 0],
    [5, -1, 1, 1],
    [4, -2, 2, 1],
    [3, -3, 3, 2],
    [0, -6, 6, 3],
  ])('%i units: available is %i, %i are short, %i orders cannot be filled', async (units, available, short, orders) => {
    const sku = await stockedSku(office, { units: 10 });
    const placed: string[] = [];
    for (const _each of [1, 2, 3]) placed.push((await order(sku, 2)).body.orderId);
    expect(await move(sku, { type: 'count', quantity: units })).toMatchObject({ status: 'applied' });
    expect(await stockOf(office, sku)).toEqual({ onHand: units, reserved: 6, available });
    const { body } = await office.client('warehouse').get(`/stock/${sku}/unfillable-orders`);
    expect(body.shortUnits).toBe(short);
    // The newest ones: the older are shipped first.
    const found = body.orders.map(({ orderId }: { orderId: string }) => orderId);
    expect(found.toSorted()).toEqual(placed.slice(3 - orders).toSorted());
    expectProblem(await order(sku, 3), 409, 'out-of-stock');
  });
});
