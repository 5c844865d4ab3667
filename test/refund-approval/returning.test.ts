import assert from 'node:assert';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change, Outcome } from '../../functions/refund-approval/refund/change.ts';
import { approve, expire, withdraw } from '../../functions/refund-approval/approvals/decide.ts';
import { request } from '../../functions/refund-approval/requests/decide.ts';
import { defaultPolicy } from '../../functions/refund-approval/refund/default-policy.ts';
import { OrderSnapshot } from '../../functions/refund-approval/refund/order-snapshot.ts';
import { type RefundLedger, type Leg } from '../../functions/refund-approval/refund/refund-ledger.ts';
import { refundableComponents } from '../../functions/refund-approval/refund/refundable-components.ts';
import type { Receipt } from '../../functions/refund-approval/returns/receipt.ts';
import type { RefundItem } from '../../functions/refund-approval/refund/refund-item.ts';
import { receive, returnStatusOf } from '../../functions/refund-approval/returns/returning.ts';
import { withhold } from '../../functions/refund-approval/returns/withholding.ts';
import { Disposition, RefundReturnReceived } from '../../shared/contracts/refunds/events.ts';
import { aCapture, aCause, noon } from '../support/builders.ts';
import { aPlacedOrder } from '../support/orders/placed-order.ts';

type Line = { quantity: number; shippedQuantity?: number; totalMinor: number; taxMinor?: number };
type Fate = Receipt['units'][number]['disposition'];
type Fees = { restockingBasisPoints?: number; returnShippingMinor?: number };

const msPerDay = 86_400_000;

/** An order of these lines, captured in parts of these sizes until all is paid. */
function ordered(lines: Line[], parts: number[] = []): OrderSnapshot {
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

function changeOf(outcome: Outcome): Change & { account: RefundLedger } {
  assert(outcome.kind === 'changed', JSON.stringify(outcome));
  const { ledger } = outcome;
  assert(ledger);
  return { ...outcome, ledger };
}

/** A refund whose goods are awaited, and the account. */
function awaited(
  order: OrderSnapshot,
  content: Partial<Parameters<typeof request>[0]['content']>,
  { account, approvals = 0, ...fees }: Fees & { account?: RefundLedger; approvals?: 0 | 1 } = {},
) {
  const decision = approvals === 0 ? ('approve' as const) : ('one-approver' as const);
  const policy = {
    ...defaultPolicy,
    rules: [{ rule: 'any', when: {}, decision, payAfterReturn: true }],
    returns: { ...defaultPolicy.returns, ...fees },
  };
  const asked = {
    refundId: 'ref_0123456789abcdefghjkmnpqrs',
    content: { requestId: 'request-1', reason: 'changed-mind', ...content },
    contentHash: 'hash',
    by: 'sam',
    now: noon,
    deadlineAt: new Date(noon + 1000).toISOString(),
  };
  const known = { order, account, refund: undefined, policy: { version: 1, content: policy }, history: undefined };
  return changeOf(request(asked, known));
}

const parcel = (receiptId: string, units: [lineId: string, Fate, number][]) => ({
  refundId: 'ref_0123456789abcdefghjkmnpqrs',
  receiptId,
  units: units.map(([lineId, disposition, quantity]) => ({ lineId, disposition, quantity })),
  by: 'warehouse',
  at: new Date(noon).toISOString(),
  contentHash: JSON.stringify(units),
});

type State = { refund: RefundItem; account: RefundLedger };
const open = ({ refund, account }: State, receipt: Receipt, earlier?: Receipt) =>
  receive(refund, account, receipt, earlier, (warehouse) => warehouse);
const opened = (state: State, receipt: Receipt): State & { events: Change['events'] } => {
  const outcome = open(state, receipt);
  assert(outcome.kind === 'changed', JSON.stringify(outcome));
  return { refund: outcome.refund, account: outcome.ledger ?? state.account, events: outcome.events };
};
const typesOf = ({ events }: { events: Change['events'] }) => events.map((tell) => tell(aCause())['detail-type']);
const withheldIn = ({ events }: { events: Change['events'] }) => {
  const told = events.map((tell) => tell(aCause())).find((event) => event['detail-type'] === 'RefundReturnReceived');
  return RefundReturnReceived.envelope.shape.detail.shape.data.parse(told?.detail.data).withheld;
};

const one = 'line-1';
const three = ordered([{ quantity: 3, totalMinor: 1000, taxMinor: 167 }]);
const allThree = { lines: [{ lineId: one, quantity: 3 }] };

const fates = (units: Partial<Record<Fate, number>>): [string, Fate, number][] =>
  Disposition.options
    .map((fate): [string, Fate, number] => [one, fate, units[fate] ?? 0])
    .filter(([, , count]) => count);

describe('what is expected back', () => {
  test.each([
    ['units that were shipped', { quantity: 3, shippedQuantity: 2 }, { lines: [{ lineId: one, quantity: 3 }] }, [2]],
    ['none that stay with the customer', { quantity: 3 }, { ...allThree, restock: false }, []],
    [
      'none for an amount without units',
      { quantity: 3 },
      { lines: [{ lineId: one, quantity: 0, amountMinor: 9 }] },
      [],
    ],
  ])('%s', (_what, line, content, quantities) => {
    const { refund } = awaited(ordered([{ totalMinor: 1000, ...line }]), content);
    expect(refund.returning.map(({ quantity }) => quantity)).toEqual(quantities);
    expect(refund.status).toBe(quantities.length > 0 ? 'awaiting-return' : 'approved');
  });

  test('no unit twice, of refunds of one line', () => {
    const order = ordered([{ quantity: 3, shippedQuantity: 2, totalMinor: 1000 }]);
    const first = awaited(order, { lines: [{ lineId: one, quantity: 1 }] });
    const second = awaited(order, { lines: [{ lineId: one, quantity: 2 }] }, { account: first.ledger });
    expect(second.refund.returning).toMatchObject([{ quantity: 1 }]);
  });

  test('within the window, which begins when it is agreed to', () => {
    const { refund } = awaited(three, allThree, { approvals: 1 });
    expect([refund.returnBy, returnStatusOf(refund)]).toEqual([undefined, 'requested']);
    const decider = { by: 'fin', department: 'finance', from: '192.0.2.1' };
    const approved = approve(refund, decider, undefined, defaultPolicy.limits, noon + msPerDay);
    assert(approved.kind === 'changed');
    const inAMonth = new Date(noon + 31 * msPerDay).toISOString();
    expect(approved.refund).toMatchObject({ status: 'awaiting-return', returnBy: inAMonth, deadlineAt: inAMonth });
  });
});

describe('the last unit', () => {
  test.each([
    ['all came', { restock: 2, damaged: 1 }, {}, 1000, { missingMinor: 0, restockingMinor: 0, returnShippingMinor: 0 }],
    // Two of three at 10.00 in all are 6.66: the last one takes the rest.
    ['one is missing', { restock: 2, missing: 1 }, {}, 666, { missingMinor: 334 }],
    ['for a share', { restock: 3 }, { restockingBasisPoints: 1050 }, 895, { restockingMinor: 105 }],
    ['for the way back', { restock: 3 }, { returnShippingMinor: 250 }, 750, { returnShippingMinor: 250 }],
    [
      'for more than there is',
      { damaged: 2, missing: 1 },
      { restockingBasisPoints: 5000, returnShippingMinor: 1000, overMinor: 5 },
      5,
      { missingMinor: 334, restockingMinor: 333, returnShippingMinor: 333 },
    ],
  ])(
    'pays what is due: %s',
    (_what, units, { overMinor, ...fees }: Fees & { overMinor?: number }, amount, withheld) => {
      const content = { ...allThree, shippingMinor: overMinor };
      const came = fates(units);
      const after = opened(awaited(three, content, fees), parcel('p', came));
      expect(after.refund).toMatchObject({ status: 'approved', amountMinor: amount, deadlineAt: undefined });
      expect(typesOf(after)).toEqual(['ReturnReceived', 'RefundReturnReceived']);
      expect(withheldIn(after)).toMatchObject(withheld);
    },
  );

  test.each([
    ['nothing came', { missing: 3 }, {}, 3],
    ['the fees take all', { restock: 3 }, { restockingBasisPoints: 10_000 }, 0],
    ['the fees take all of what came', { damaged: 1, missing: 2 }, { returnShippingMinor: 5000 }, 2],
  ])('ends a refund of which nothing is left: %s', (_what, units, fees, left) => {
    const came = fates(units);
    const after = opened(awaited(three, allThree, fees), parcel('p', came));
    expect(after.refund.status).toBe('rejected');
    expect(typesOf(after)).toEqual(['ReturnReceived', 'RefundRejected']);
    const [line] = refundableComponents(three, after.account).goods;
    expect(line?.refundable).toEqual({ minor: 1000, taxMinor: 167, quantity: left });
    expect(line?.refunded).toEqual({ minor: 0, taxMinor: 0, quantity: 3 - left });
    // Units that came back are not sent back once more.
    const again = awaited(three, { lines: [{ lineId: one, quantity: left, amountMinor: 1 }] }, after);
    expect(sumOf(again.refund.returning.map(({ quantity }) => quantity))).toBe(left);
  });
});

describe('a parcel', () => {
  const state = awaited(three, allThree);
  const receipt = parcel('p', [[one, 'restock', 1]]);
  test.each([
    ['again', receipt, receipt, { kind: 'already-done' }],
    ['with other content', parcel('p', [[one, 'restock', 2]]), receipt, { kind: 'receipt-conflict' }],
    [
      'with more than is expected, in two rows',
      parcel('p', [
        [one, 'restock', 2],
        [one, 'damaged', 2],
      ]),
      undefined,
      { kind: 'not-expected', lines: [{ lineId: one, expected: 3, received: 4 }] },
    ],
    ['of another line', parcel('p', [['line-2', 'restock', 1]]), undefined, { kind: 'invalid' }],
  ])('%s changes nothing', (_what, given, earlier, outcome) => {
    expect(open(state, given, earlier)).toMatchObject(outcome);
  });

  test('of a refund that is over is not expected', () => {
    const withdrawn = changeOf(withdraw(state.refund, state.ledger, 'sam'));
    expect(open(withdrawn, receipt)).toMatchObject({ kind: 'illegal', status: 'withdrawn' });
    expect(returnStatusOf(withdrawn.refund)).toBe('closed');
  });

  test('is an answer to the customer’s goods: the refund is not withdrawn any more', () => {
    const { refund, account } = opened(state, receipt);
    expect(withdraw(refund, account, 'sam').kind).toBe('illegal');
  });
});

describe('when the window is over', () => {
  const late = noon + 31 * msPerDay;
  test('a refund of which nothing came ends', () => {
    const { refund, ledger } = awaited(three, allThree);
    expect(expire(refund, ledger, late)).toMatchObject({ refund: { status: 'expired' } });
  });

  test('what came is refunded, and the rest is missing', () => {
    const { refund, account } = opened(awaited(three, allThree), parcel('p', [[one, 'damaged', 1]]));
    const after = changeOf(expire(refund, account, late));
    expect(after.refund).toMatchObject({ status: 'approved', amountMinor: 333, returning: [{ missing: 2 }] });
    expect(typesOf(after)).toEqual(['RefundReturnReceived']);
    expect(expire(after.refund, after.ledger, late).kind).toBe('illegal');
  });
});

/** An order of one to three lines that was paid in parts, a refund of some of it, and what its parcels brought. */
const story = fc.record({
  lines: fc.array(
    fc
      .record({
        quantity: fc.integer({ min: 1, max: 5 }),
        totalMinor: fc.integer({ min: 0, max: 9999 }),
        asked: fc.nat({ max: 4 }),
        shipped: fc.nat({ max: 5 }),
      })
      .map(({ quantity, totalMinor, asked, shipped }) => ({
        quantity,
        totalMinor,
        taxMinor: Math.floor(totalMinor / 6),
        asked: 1 + (asked % quantity),
        shippedQuantity: shipped % (quantity + 1),
      })),
    { minLength: 1, maxLength: 3 },
  ),
  captures: fc.array(fc.integer({ min: 1, max: 9999 }), { maxLength: 3 }),
  shippingMinor: fc.integer({ min: 0, max: 495 }),
  restockingBasisPoints: fc.integer({ min: 0, max: 10_000 }),
  returnShippingMinor: fc.integer({ min: 0, max: 2000 }),
  fates: fc.array(fc.constantFrom<Fate>('restock', 'damaged', 'missing'), { minLength: 15, maxLength: 15 }),
});

const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
const legSum = (legs: readonly Leg[]) => sumOf(legs.map(({ amountMinor }) => amountMinor));

test('whatever comes back: the parts sum to the whole, no payment gives more than was set aside, nothing is lost', () => {
  let paid = 0;
  fc.assert(
    fc.property(story, ({ lines, captures, shippingMinor, fates: all, ...fees }) => {
      const order = ordered(lines, captures);
      const content = { lines: lines.map(({ asked }, index) => ({ lineId: `line-${index + 1}`, quantity: asked })) };
      fc.pre(lines.some((line) => line.totalMinor > 0 && line.shippedQuantity > 0));
      const before = awaited(order, { ...content, shippingMinor }, fees);
      fc.pre(before.refund.status === 'awaiting-return');
      const units = before.refund.returning.flatMap(({ lineId, quantity }) => Array<string>(quantity).fill(lineId));
      const came = units.map((lineId, index): [string, Fate, number] => [lineId, all[index] ?? 'restock', 1]);
      const after = came.map((unit, index) => parcel(`p-${index}`, [unit])).reduce<State>(opened, before);
      const atOnce = changeOf(open(before, parcel('all', came)));
      expect({ ...atOnce.refund, version: 0 }).toEqual({ ...after.refund, version: 0 });
      expect(atOnce.ledger.pots).toEqual(after.account.pots);

      const { returning } = after.refund;
      const { legs, amountMinor, withheld } = withhold({ ...before.refund, returning });
      expect(amountMinor + sumOf(Object.values(withheld))).toBe(before.refund.amountMinor);
      expect(after.refund).toMatchObject(
        amountMinor === 0 ? { status: 'rejected' } : { status: 'approved', amountMinor },
      );
      expect(legSum(legs)).toBe(amountMinor);
      for (const { paymentId, amountMinor: legMinor } of legs) {
        const earlier = before.refund.payouts.find((leg) => leg.paymentId === paymentId);
        expect(legMinor).toBeLessThanOrEqual(earlier?.amountMinor ?? 0);
      }
      const { goods, payments } = refundableComponents(order, after.account);
      for (const { captured, refunded, pending, refundable } of [...goods, ...payments]) {
        expect(pending.minor + refundable.minor).toBe(captured.minor);
        expect(refunded.quantity + pending.quantity + refundable.quantity).toBe(captured.quantity);
        expect(pending.taxMinor).toBeLessThanOrEqual(pending.minor);
      }
      for (const pots of [goods, payments]) expect(sumOf(pots.map(({ pending }) => pending.minor))).toBe(amountMinor);
      const asked = sumOf(lines.map((line) => line.asked));
      const missing = came.filter(([, fate]) => fate === 'missing').length;
      expect(sumOf(goods.map(({ pending }) => pending.quantity))).toBe(amountMinor === 0 ? 0 : asked - missing);
      // Whatever came back is gone from the pots, for money or for nothing.
      for (const line of returning) {
        const pot = goods.find(({ pot: name }) => name === `line:${line.lineId}`);
        const gone = (pot?.refunded.quantity ?? 0) + (pot?.pending.quantity ?? 0);
        expect(gone).toBeGreaterThanOrEqual(line.restock + line.damaged);
      }
      paid += amountMinor === 0 ? 0 : 1;
    }),
    { numRuns: 2000 },
  );
  expect(paid).toBeGreaterThan(500);
});
