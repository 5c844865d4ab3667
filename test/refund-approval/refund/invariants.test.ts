import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { request, withdraw } from '../../../functions/refund-approval/requests/decide.ts';
import { OrderSnapshot } from '../../../functions/refund-approval/refund/order-snapshot.ts';
import { applyProviderResult, startPayout } from '../../../functions/refund-approval/payouts/decide.ts';
import { type RefundLedger, emptyLedger } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import { refundableComponents } from '../../../functions/refund-approval/refund/refundable-components.ts';
import type { RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { violatedInvariants } from '../../support/refunds/refund-invariants.ts';
import { initialState, applyStep, type SequenceState } from '../../support/refunds/refund-sequence.ts';
import { orders, type Step, stepSequences } from '../../support/refunds/refund-steps.ts';
import { aRefundRequest, changeOf, known } from '../../support/refunds/refund-builders.ts';
import { repetitions } from '../../support/repetitions.ts';

const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
const zeroAmount = { minor: 0, taxMinor: 0, quantity: 0 };
const policy = (decision: 'approve' | 'one-approver') => {
  const { content, version } = known().policy;
  return { policy: { version, content: { ...content, rules: [{ rule: 'any', when: {}, decision }] } } };
};

/** Orders that are captured in full. */
const paidOrders = orders
  .map((order) => OrderSnapshot.parse(order))
  .filter(({ payments, totalMinor }) => sumOf(payments.map(({ amountMinor }) => amountMinor)) === totalMinor);

/** An order's ledger and refunds. */
type LedgerState = { ledger: RefundLedger; refunds: RefundItem[] };

/** A random integer from 0 to `max`. */
type RandomInt = (max: number) => number;
const randomInt =
  (g: fc.GeneratorValue): RandomInt =>
  (max) =>
    g(fc.nat, { max });

/** Refunds a whole order in several requests of random lines and units. */
function refundedInParts(order: OrderSnapshot, random: RandomInt, decision: 'approve' | 'one-approver'): LedgerState {
  const state: LedgerState = { ledger: emptyLedger(order.orderId), refunds: [] };
  const refundableGoods = () =>
    refundableComponents(order, state.ledger).goods.filter(({ refundable }) => refundable.minor > 0);
  for (let left = refundableGoods(); left.length > 0; left = refundableGoods()) {
    const some = left.filter((_, index) => index === 0 || random(1) === 1);
    const lines = some
      .filter(({ pot }) => pot.startsWith('line:'))
      .map(({ pot, refundable: { minor, quantity } }) => {
        const units = 1 + random(quantity - 1);
        // A unit with a share of 0 cannot be refunded alone.
        return { lineId: pot.slice('line:'.length), quantity: minor < quantity ? quantity : units };
      });
    const shippingMinor = some.find(({ pot }) => pot === 'shipping')?.refundable.minor;
    const charges = some
      .filter(({ pot }) => pot.startsWith('charge:'))
      .map(({ pot }) => ({ chargeId: pot.slice('charge:'.length) }));
    const asked = aRefundRequest({ lines, charges, shippingMinor }, { refundId: `ref_${state.refunds.length}` });
    const { refund, ledger = state.ledger } = changeOf(
      request(asked, known(order, { ledger: state.ledger, ...policy(decision) })),
    );
    state.ledger = ledger;
    state.refunds.push(refund);
  }
  return state;
}

/** Starts all payouts and applies provider results, each `[refund, leg, whether it was paid]`. */
function paid({ ledger, refunds }: LedgerState, results: readonly (readonly [number, number, boolean])[]): LedgerState {
  const state: LedgerState = { ledger, refunds: refunds.map((refund) => changeOf(startPayout(refund)).refund) };
  for (const [index, leg, isPaid] of results) {
    const refund = state.refunds[index];
    if (!refund) continue;
    const result = isPaid ? { kind: 'succeeded' as const } : { kind: 'failed' as const, failure: 'declined' };
    const outcome = applyProviderResult(refund, state.ledger, leg, 1, result);
    if (outcome.kind !== 'changed') continue;
    state.ledger = outcome.ledger ?? state.ledger;
    state.refunds[index] = outcome.refund;
  }
  return state;
}

/** The invariants that the first faulty step violates. */
function firstViolations(order: OrderItem, steps: readonly Step[]): string[] {
  let state = initialState(order);
  for (const step of steps) {
    const before = state;
    state = applyStep(state, step);
    const violations = state === before ? [] : violatedInvariants(state);
    if (violations.length > 0) return violations;
  }
  return [];
}

describe('the refunds of an order', () => {
  test('never refund more than was captured, with exact sums and no negative component, after any sequence of commands', () => {
    fc.assert(
      fc.property(orders, stepSequences(30), (order, steps) => {
        expect(firstViolations(order, steps)).toEqual([]);
      }),
      { numRuns: repetitions(7000) },
    );
  }, 600_000);

  test('leave exactly 0 when the order is refunded in any parts', () => {
    fc.assert(
      fc.property(paidOrders, fc.gen(), (order, g) => {
        const { ledger, refunds } = refundedInParts(order, randomInt(g), 'approve');
        expect(sumOf(refunds.map(({ amountMinor }) => amountMinor))).toBe(order.totalMinor);
        const { goods, payments } = refundableComponents(order, ledger);
        for (const { pending, captured, refundable } of [...goods, ...payments]) {
          expect([refundable.minor, refundable.taxMinor]).toEqual([0, 0]);
          expect([pending.minor, pending.taxMinor]).toEqual([captured.minor, captured.taxMinor]);
        }
      }),
      { numRuns: repetitions(1500) },
    );
  });

  test('have the same amounts for provider results in any order and with repetitions', () => {
    fc.assert(
      fc.property(paidOrders, fc.gen(), (order, g) => {
        const asked = refundedInParts(order, randomInt(g), 'approve');
        const results = asked.refunds.flatMap(({ payouts }, index) =>
          payouts.map((_, leg) => [index, leg, randomInt(g)(3) > 0] as const),
        );
        const repeated = [...results, ...results, ...results];
        const shuffled = g(fc.shuffledSubarray<(typeof results)[number]>, repeated, { minLength: repeated.length });
        const [inOrder, inAnyOrder] = [paid(asked, results), paid(asked, shuffled)];
        expect(inAnyOrder.ledger).toEqual(inOrder.ledger);
        expect(inAnyOrder.refunds).toEqual(inOrder.refunds);
        const paidMinor = sumOf(results.map(([index, leg, isPaid]) => (isPaid ? amountOf(asked, index, leg) : 0)));
        const { payments } = refundableComponents(order, inOrder.ledger);
        expect(sumOf(payments.map(({ refunded }) => refunded.minor))).toBe(paidMinor);
        expect(sumOf(payments.map(({ pending }) => pending.minor))).toBe(0);
      }),
      { numRuns: repetitions(1000) },
    );
  });

  test('leave no amounts in the ledger when all requests are withdrawn in any order', () => {
    fc.assert(
      fc.property(paidOrders, fc.gen(), (order, g) => {
        const asked = refundedInParts(order, randomInt(g), 'one-approver');
        const indexes = [...asked.refunds.keys()];
        let { ledger } = asked;
        for (const index of g(fc.shuffledSubarray<number>, indexes, { minLength: indexes.length })) {
          const refund = asked.refunds[index];
          if (refund) ledger = changeOf(withdraw(refund, ledger, 'sam')).ledger ?? ledger;
        }
        for (const entry of Object.values(ledger.pots))
          expect(entry).toEqual({ refunded: zeroAmount, pending: zeroAmount });
      }),
      { numRuns: repetitions(500) },
    );
  });
});

const amountOf = ({ refunds }: LedgerState, index: number, leg: number) =>
  refunds[index]?.payouts[leg]?.amountMinor ?? 0;

describe('a violated invariant is found', () => {
  const order = fc
    .sample(orders, { numRuns: 50, seed: 4 })
    .find(
      ({ totalMinor, payments = [] }) =>
        totalMinor > 1000 && sumOf(payments.map(({ amountMinor }) => amountMinor)) === totalMinor,
    );
  const validState = () => {
    if (!order) throw new Error('No sample order has a total above 10.00');
    const asked = { line: 0, quantity: 1, share: undefined };
    const wanted = {
      lines: [asked],
      charges: [],
      shipping: undefined,
      tax: undefined,
      overpaid: undefined,
      goodwillMinor: undefined,
    };
    return applyStep(initialState(order), { step: 'request', wanted, by: 'sam' });
  };
  const corrupted = (state: SequenceState, by: (pots: RefundLedger['pots'][string]) => void): SequenceState => {
    const copy = structuredClone(state);
    for (const pot of Object.values(copy.ledger.pots)) by(pot);
    return copy;
  };

  test('and none in a valid state', () => expect(violatedInvariants(validState())).toEqual([]));
  test.each<[string, (state: SequenceState) => SequenceState]>([
    ['an amount that was released twice', (state) => corrupted(state, ({ pending }) => (pending.minor = -1))],
    ['an amount that no refund has', (state) => corrupted(state, ({ pending }) => (pending.minor += 1))],
    ['more than was captured', (state) => corrupted(state, ({ pending }) => (pending.minor = 1_000_000))],
    ['tax that no refund has', (state) => corrupted(state, ({ pending }) => (pending.taxMinor += 1))],
    ['a unit that no refund has', (state) => corrupted(state, ({ pending }) => (pending.quantity += 1))],
    ['a posted amount without a payout', (state) => ({ ...state, postedMinor: 1 })],
    [
      'a requested unit without an allocation',
      (state) => ({ ...state, requestedUnits: state.requestedUnits && { ...state.requestedUnits, units: 9 } }),
    ],
    [
      'a refund that is not the sum of its legs',
      (state) => ({ ...state, refunds: state.refunds.map((refund) => ({ ...refund, amountMinor: 1 })) }),
    ],
  ])('%s', (_name, corrupt) => expect(violatedInvariants(corrupt(validState()))).not.toEqual([]));
});
