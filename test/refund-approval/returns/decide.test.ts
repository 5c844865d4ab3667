import assert from 'node:assert';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change, Outcome } from '../../../functions/refund-approval/refund/change.ts';
import { approve } from '../../../functions/refund-approval/approvals/decide.ts';
import { expire } from '../../../functions/refund-approval/deadlines/deadlines.ts';
import { request, withdraw } from '../../../functions/refund-approval/requests/decide.ts';
import { defaultPolicy } from '../../../functions/refund-approval/refund/refund-policy.ts';
import { OrderSnapshot } from '../../../functions/refund-approval/refund/order-snapshot.ts';
import { type RefundLedger, type Leg } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import { refundableComponents } from '../../../functions/refund-approval/refund/refundable-components.ts';
import { returnStatusOf } from '../../../functions/refund-approval/refund/expected-return.ts';
import type { Receipt, RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { applyReceipt, endReturn } from '../../../functions/refund-approval/returns/decide.ts';
import { allocateReturn } from '../../../functions/refund-approval/returns/return-allocation.ts';
import { Disposition, RefundReturnReceived } from '../../../shared/contracts/refunds/events.ts';
import { aCapture, aCause, noon } from '../../support/builders.ts';
import { aPlacedOrder } from '../../support/orders/placed-order.ts';
import { repetitions } from '../../support/repetitions.ts';

type Line = { quantity: number; shippedQuantity?: number; totalMinor: number; taxMinor?: number };
type UnitDisposition = Receipt['units'][number]['disposition'];
type Fees = { restockingBasisPoints?: number; returnShippingMinor?: number };

const msPerDay = 86_400_000;

/** Returns an order of these lines, captured in parts of these amounts until it is paid. */
function anOrder(lines: Line[], parts: number[] = []): OrderSnapshot {
  const placed = aPlacedOrder(lines);
  const amounts: number[] = [];
  let left = placed.totalMinor;
  for (const part of [...parts, left]) {
    const amount = Math.min(part, left);
    if (amount > 0) amounts.push(amount);
    left -= amount;
  }
  return OrderSnapshot.parse({
    ...placed,
    lines: lines.map(({ quantity, shippedQuantity = quantity, totalMinor, taxMinor = 0 }, index) => ({
      lineId: `line-${index + 1}`,
      sku: `SKU-${index + 1}`,
      warehouse: 'main',
      quantity,
      shippedQuantity,
      totalMinor,
      taxMinor,
    })),
    taxMinor: lines.reduce((sum, { taxMinor = 0 }) => sum + taxMinor, 0),
    payments: amounts.map((amountMinor, index) =>
      aCapture(amountMinor, {
        eventId: `event-${index}`,
        paymentId: `payment-${index}`,
        occurredAt: new Date(noon + index).toISOString(),
      }),
    ),
    shipments: [{ shippedAt: new Date(noon).toISOString() }],
  });
}

function changeOf(outcome: Outcome): Change & { ledger: RefundLedger } {
  assert(outcome.kind === 'changed', JSON.stringify(outcome));
  const { ledger } = outcome;
  assert(ledger);
  return { ...outcome, ledger };
}

/** Returns a refund that waits for its return, and the ledger. */
function awaitingReturn(
  order: OrderSnapshot,
  content: Partial<Parameters<typeof request>[0]['content']>,
  { ledger, approvals = 0, ...fees }: Fees & { ledger?: RefundLedger; approvals?: 0 | 1 } = {},
) {
  const decision = approvals === 0 ? ('approve' as const) : ('one-approver' as const);
  const policy = {
    ...defaultPolicy,
    rules: [{ rule: 'any', when: {}, decision, payAfterReturn: true }],
    returns: { ...defaultPolicy.returns, ...fees },
  };
  const refundRequest = {
    refundId: 'ref_0123456789abcdefghjkmnpqrs',
    content: { requestId: 'request-1', reason: 'changed-mind', ...content },
    contentHash: 'hash',
    by: 'sam',
    now: noon,
    deadlineAt: new Date(noon + 1000).toISOString(),
  };
  const known = { order, ledger, refund: undefined, policy: { version: 1, content: policy }, history: undefined };
  return changeOf(request(refundRequest, known));
}

const aReceipt = (receiptId: string, units: [lineId: string, UnitDisposition, number][]) => ({
  refundId: 'ref_0123456789abcdefghjkmnpqrs',
  receiptId,
  units: units.map(([lineId, disposition, quantity]) => ({ lineId, disposition, quantity })),
  by: 'warehouse',
  at: new Date(noon).toISOString(),
  contentHash: JSON.stringify(units),
});

type State = { refund: RefundItem; ledger: RefundLedger };
const receive = ({ refund, ledger }: State, receipt: Receipt, earlier?: Receipt) =>
  applyReceipt(refund, ledger, receipt, earlier, (warehouse) => warehouse);
const received = (state: State, receipt: Receipt): State & { events: Change['events'] } => {
  const outcome = receive(state, receipt);
  assert(outcome.kind === 'changed', JSON.stringify(outcome));
  return { refund: outcome.refund, ledger: outcome.ledger ?? state.ledger, events: outcome.events };
};
const typesOf = ({ events }: { events: Change['events'] }) => events.map((draft) => draft(aCause())['detail-type']);
const withheldIn = ({ events }: { events: Change['events'] }) => {
  const published = events
    .map((draft) => draft(aCause()))
    .find((event) => event['detail-type'] === 'RefundReturnReceived');
  return RefundReturnReceived.envelope.shape.detail.shape.data.parse(published?.detail.data).withheld;
};

const one = 'line-1';
const three = anOrder([{ quantity: 3, totalMinor: 1000, taxMinor: 167 }]);
const allThree = { lines: [{ lineId: one, quantity: 3 }] };

const receivedUnits = (units: Partial<Record<UnitDisposition, number>>): [string, UnitDisposition, number][] =>
  Disposition.options
    .map((disposition): [string, UnitDisposition, number] => [one, disposition, units[disposition] ?? 0])
    .filter(([, , count]) => count);

describe('a return', () => {
  test.each([
    [
      'expects units that were shipped',
      { quantity: 3, shippedQuantity: 2 },
      { lines: [{ lineId: one, quantity: 3 }] },
      [2],
    ],
    ['expects no units that the customer keeps', { quantity: 3 }, { ...allThree, restock: false }, []],
    [
      'expects no units for an amount without units',
      { quantity: 3 },
      { lines: [{ lineId: one, quantity: 0, amountMinor: 9 }] },
      [],
    ],
  ])('%s', (_case, line, content, quantities) => {
    const { refund } = awaitingReturn(anOrder([{ totalMinor: 1000, ...line }]), content);
    expect(refund.returning.map(({ quantity }) => quantity)).toEqual(quantities);
    expect(refund.status).toBe(quantities.length > 0 ? 'awaiting-return' : 'approved');
  });

  test('expects no unit that another refund of the line expects', () => {
    const order = anOrder([{ quantity: 3, shippedQuantity: 2, totalMinor: 1000 }]);
    const first = awaitingReturn(order, { lines: [{ lineId: one, quantity: 1 }] });
    const second = awaitingReturn(order, { lines: [{ lineId: one, quantity: 2 }] }, { ledger: first.ledger });
    expect(second.refund.returning).toMatchObject([{ quantity: 1 }]);
  });

  test('is due within the return window, which starts at the approval', () => {
    const { refund } = awaitingReturn(three, allThree, { approvals: 1 });
    expect([refund.returnBy, returnStatusOf(refund)]).toEqual([undefined, 'requested']);
    const decider = { by: 'fin', department: 'finance', from: '192.0.2.1' };
    const approved = approve(refund, decider, undefined, defaultPolicy.limits, noon + msPerDay);
    assert(approved.kind === 'changed');
    const inAMonth = new Date(noon + 31 * msPerDay).toISOString();
    expect(approved.refund).toMatchObject({ status: 'awaiting-return', returnBy: inAMonth, deadlineAt: inAMonth });
  });
});

describe('the last received unit', () => {
  test.each([
    [
      'all units received',
      { restock: 2, damaged: 1 },
      {},
      1000,
      { missingMinor: 0, restockingMinor: 0, returnShippingMinor: 0 },
    ],
    // Two of three units of a line at 10.00 are 6.66; the last unit has the remainder.
    ['one unit missing', { restock: 2, missing: 1 }, {}, 666, { missingMinor: 334 }],
    ['with a restocking fee', { restock: 3 }, { restockingBasisPoints: 1050 }, 895, { restockingMinor: 105 }],
    ['with return shipping', { restock: 3 }, { returnShippingMinor: 250 }, 750, { returnShippingMinor: 250 }],
    [
      'with fees above the amount of the lines',
      { damaged: 2, missing: 1 },
      { restockingBasisPoints: 5000, returnShippingMinor: 1000, overMinor: 5 },
      5,
      { missingMinor: 334, restockingMinor: 333, returnShippingMinor: 333 },
    ],
  ])(
    'releases the amount less missing units and fees: %s',
    (_case, units, { overMinor, ...fees }: Fees & { overMinor?: number }, amount, withheld) => {
      const content = { ...allThree, shippingMinor: overMinor };
      const unitsReceived = receivedUnits(units);
      const after = received(awaitingReturn(three, content, fees), aReceipt('p', unitsReceived));
      expect(after.refund).toMatchObject({ status: 'approved', amountMinor: amount, deadlineAt: undefined });
      expect(typesOf(after)).toEqual(['ReturnReceived', 'RefundReturnReceived']);
      expect(withheldIn(after)).toMatchObject(withheld);
    },
  );

  test.each([
    ['no units received', { missing: 3 }, {}, 3],
    ['fees equal to the amount', { restock: 3 }, { restockingBasisPoints: 10_000 }, 0],
    ['fees equal to the amount of the received units', { damaged: 1, missing: 2 }, { returnShippingMinor: 5000 }, 2],
  ])('rejects a refund with no amount left: %s', (_case, units, fees, left) => {
    const unitsReceived = receivedUnits(units);
    const after = received(awaitingReturn(three, allThree, fees), aReceipt('p', unitsReceived));
    expect(after.refund.status).toBe('rejected');
    expect(typesOf(after)).toEqual(['ReturnReceived', 'RefundRejected']);
    const [line] = refundableComponents(three, after.ledger).goods;
    expect(line?.refundable).toEqual({ minor: 1000, taxMinor: 167, quantity: left });
    expect(line?.refunded).toEqual({ minor: 0, taxMinor: 0, quantity: 3 - left });
    // Returned units are not expected again.
    const again = awaitingReturn(three, { lines: [{ lineId: one, quantity: left, amountMinor: 1 }] }, after);
    expect(sumOf(again.refund.returning.map(({ quantity }) => quantity))).toBe(left);
  });
});

describe('a receipt', () => {
  const state = awaitingReturn(three, allThree);
  const receipt = aReceipt('p', [[one, 'restock', 1]]);
  test.each([
    ['repeated', receipt, receipt, { kind: 'already-done' }],
    ['with other content', aReceipt('p', [[one, 'restock', 2]]), receipt, { kind: 'receipt-conflict' }],
    [
      'with more units than expected, in two rows',
      aReceipt('p', [
        [one, 'restock', 2],
        [one, 'damaged', 2],
      ]),
      undefined,
      { kind: 'not-expected', lines: [{ lineId: one, expected: 3, received: 4 }] },
    ],
    ['of another line', aReceipt('p', [['line-2', 'restock', 1]]), undefined, { kind: 'invalid' }],
  ])('%s changes nothing', (_case, given, earlier, outcome) => {
    expect(receive(state, given, earlier)).toMatchObject(outcome);
  });

  test('for a withdrawn refund is refused', () => {
    const withdrawn = changeOf(withdraw(state.refund, state.ledger, 'sam'));
    expect(receive(withdrawn, receipt)).toMatchObject({ kind: 'illegal', status: 'withdrawn' });
    expect(returnStatusOf(withdrawn.refund)).toBe('closed');
  });

  test('makes it impossible to withdraw the refund', () => {
    const { refund, ledger } = received(state, receipt);
    expect(withdraw(refund, ledger, 'sam').kind).toBe('illegal');
  });
});

describe('after the return window', () => {
  const late = noon + 31 * msPerDay;
  test('a refund without received units expires', () => {
    const { refund, ledger } = awaitingReturn(three, allThree);
    expect(expire(refund, ledger, late, endReturn)).toMatchObject({ refund: { status: 'expired' } });
  });

  test('received units are refunded, and the rest counts as missing', () => {
    const { refund, ledger } = received(awaitingReturn(three, allThree), aReceipt('p', [[one, 'damaged', 1]]));
    const after = changeOf(expire(refund, ledger, late, endReturn));
    expect(after.refund).toMatchObject({ status: 'approved', amountMinor: 333, returning: [{ missing: 2 }] });
    expect(typesOf(after)).toEqual(['RefundReturnReceived']);
    expect(expire(after.refund, after.ledger, late, endReturn).kind).toBe('illegal');
  });
});

/** An order of one to three lines paid in parts, a refund of some units, and the dispositions of its returned units. */
const returnCases = fc.record({
  lines: fc.array(
    fc
      .record({
        quantity: fc.integer({ min: 1, max: 5 }),
        totalMinor: fc.integer({ min: 0, max: 9999 }),
        requestedUnits: fc.nat({ max: 4 }),
        shipped: fc.nat({ max: 5 }),
      })
      .map(({ quantity, totalMinor, requestedUnits, shipped }) => ({
        quantity,
        totalMinor,
        taxMinor: Math.floor(totalMinor / 6),
        requestedUnits: 1 + (requestedUnits % quantity),
        shippedQuantity: shipped % (quantity + 1),
      })),
    { minLength: 1, maxLength: 3 },
  ),
  captures: fc.array(fc.integer({ min: 1, max: 9999 }), { maxLength: 3 }),
  shippingMinor: fc.integer({ min: 0, max: 495 }),
  restockingBasisPoints: fc.integer({ min: 0, max: 10_000 }),
  returnShippingMinor: fc.integer({ min: 0, max: 2000 }),
  dispositions: fc.array(fc.constantFrom<UnitDisposition>('restock', 'damaged', 'missing'), {
    minLength: 15,
    maxLength: 15,
  }),
});

const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
const legSum = (legs: readonly Leg[]) => sumOf(legs.map(({ amountMinor }) => amountMinor));

test('for every return, parts sum to the whole and no payment refunds more than was reserved', () => {
  let paid = 0;
  fc.assert(
    fc.property(returnCases, ({ lines, captures, shippingMinor, dispositions, ...fees }) => {
      const order = anOrder(lines, captures);
      const content = {
        lines: lines.map(({ requestedUnits }, index) => ({ lineId: `line-${index + 1}`, quantity: requestedUnits })),
      };
      fc.pre(lines.some((line) => line.totalMinor > 0 && line.shippedQuantity > 0));
      const before = awaitingReturn(order, { ...content, shippingMinor }, fees);
      fc.pre(before.refund.status === 'awaiting-return');
      const units = before.refund.returning.flatMap(({ lineId, quantity }) => Array<string>(quantity).fill(lineId));
      const unitsReceived = units.map((lineId, index): [string, UnitDisposition, number] => [
        lineId,
        dispositions[index] ?? 'restock',
        1,
      ]);
      const after = unitsReceived.map((unit, index) => aReceipt(`p-${index}`, [unit])).reduce<State>(received, before);
      const inOneReceipt = changeOf(receive(before, aReceipt('all', unitsReceived)));
      expect({ ...inOneReceipt.refund, version: 0 }).toEqual({ ...after.refund, version: 0 });
      expect(inOneReceipt.ledger.pots).toEqual(after.ledger.pots);

      const { returning } = after.refund;
      const { legs, amountMinor, withheld } = allocateReturn({ ...before.refund, returning });
      expect(amountMinor + sumOf(Object.values(withheld))).toBe(before.refund.amountMinor);
      expect(after.refund).toMatchObject(
        amountMinor === 0 ? { status: 'rejected' } : { status: 'approved', amountMinor },
      );
      expect(legSum(legs)).toBe(amountMinor);
      for (const { paymentId, amountMinor: legMinor } of legs) {
        const earlier = before.refund.payouts.find((leg) => leg.paymentId === paymentId);
        expect(legMinor).toBeLessThanOrEqual(earlier?.amountMinor ?? 0);
      }
      const { goods, payments } = refundableComponents(order, after.ledger);
      for (const { captured, refunded, pending, refundable } of [...goods, ...payments]) {
        expect(pending.minor + refundable.minor).toBe(captured.minor);
        expect(refunded.quantity + pending.quantity + refundable.quantity).toBe(captured.quantity);
        expect(pending.taxMinor).toBeLessThanOrEqual(pending.minor);
      }
      for (const components of [goods, payments])
        expect(sumOf(components.map(({ pending }) => pending.minor))).toBe(amountMinor);
      const requestedUnits = sumOf(lines.map((line) => line.requestedUnits));
      const missing = unitsReceived.filter(([, disposition]) => disposition === 'missing').length;
      expect(sumOf(goods.map(({ pending }) => pending.quantity))).toBe(
        amountMinor === 0 ? 0 : requestedUnits - missing,
      );
      // Returned units are not refundable again, whether they were paid or not.
      for (const line of returning) {
        const component = goods.find(({ pot: name }) => name === `line:${line.lineId}`);
        const used = (component?.refunded.quantity ?? 0) + (component?.pending.quantity ?? 0);
        expect(used).toBeGreaterThanOrEqual(line.restock + line.damaged);
      }
      paid += amountMinor === 0 ? 0 : 1;
    }),
    { numRuns: repetitions(2000) },
  );
  expect(paid).toBeGreaterThan(500);
});
