import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { withdraw } from '../../../functions/refund-approval/approvals/decide.ts';
import { request } from '../../../functions/refund-approval/requests/decide.ts';
import { OrderSnapshot } from '../../../functions/refund-approval/refund/order-snapshot.ts';
import { hear, startPayout } from '../../../functions/refund-approval/payouts/paying.ts';
import { type RefundLedger, emptyLedger } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import { refundableComponents } from '../../../functions/refund-approval/refund/refundable-components.ts';
import type { RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { violatedInvariants } from '../../support/refunds/refund-invariants.ts';
import { beginning, orders, type Step, stories, tell, type Told } from '../../support/refunds/refund-sequence.ts';
import { aRefundRequest, changeOf, known } from '../../support/refunds/refund-builders.ts';

const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
const nothing = { minor: 0, taxMinor: 0, quantity: 0 };
const policy = (decision: 'approve' | 'one-approver') => {
  const { content, version } = known().policy;
  return { policy: { version, content: { ...content, rules: [{ rule: 'any', when: {}, decision }] } } };
};

/** An order that was paid whole. */
const paidOrders = orders
  .map((order) => OrderSnapshot.parse(order))
  .filter(({ payments, totalMinor }) => sumOf(payments.map(({ amountMinor }) => amountMinor)) === totalMinor);

/** What the refunds of an order made of its pots; each step is decided on what the one before left. */
type Book = { account: RefundLedger; refunds: RefundItem[] };

type Draw = (max: number) => number;
const drawing =
  (g: fc.GeneratorValue): Draw =>
  (max) =>
    g(fc.nat, { max });

/** Refunds of all that is in the order, some units of some lines a time, approved by `decision`. */
function refundedInSteps(order: OrderSnapshot, draw: Draw, decision: 'approve' | 'one-approver'): Book {
  const book: Book = { account: emptyLedger(order.orderId), refunds: [] };
  const leftPots = () => refundableComponents(order, book.account).goods.filter(({ refundable }) => refundable.minor > 0);
  for (let left = leftPots(); left.length > 0; left = leftPots()) {
    const some = left.filter((_, index) => index === 0 || draw(1) === 1);
    const lines = some
      .filter(({ pot }) => pot.startsWith('line:'))
      .map(({ pot, refundable: { minor, quantity } }) => {
        const units = 1 + draw(quantity - 1);
        // One unit of several may be worth nothing, and then cannot be refunded alone.
        return { lineId: pot.slice('line:'.length), quantity: minor < quantity ? quantity : units };
      });
    const shippingMinor = some.find(({ pot }) => pot === 'shipping')?.refundable.minor;
    const charges = some
      .filter(({ pot }) => pot.startsWith('charge:'))
      .map(({ pot }) => ({ chargeId: pot.slice('charge:'.length) }));
    const asked = aRefundRequest({ lines, charges, shippingMinor }, { refundId: `ref_${book.refunds.length}` });
    const { refund, ledger = book.account } = changeOf(
      request(asked, known(order, { ledger: book.account, ...policy(decision) })),
    );
    book.account = ledger;
    book.refunds.push(refund);
  }
  return book;
}

/** Starts the payout of all and takes these words of the provider, each `[refund, leg, whether it was paid]`. */
function paid({ account, refunds }: Book, words: readonly (readonly [number, number, boolean])[]): Book {
  const book: Book = { account, refunds: refunds.map((refund) => changeOf(startPayout(refund)).refund) };
  for (const [index, leg, isPaid] of words) {
    const refund = book.refunds[index];
    if (!refund) continue;
    const word = isPaid ? { kind: 'succeeded' as const } : { kind: 'failed' as const, failure: 'declined' };
    const outcome = hear(refund, book.account, leg, 1, word);
    if (outcome.kind !== 'changed') continue;
    book.account = outcome.ledger ?? book.account;
    book.refunds[index] = outcome.refund;
  }
  return book;
}

/** What does not hold any more after the first step that breaks it. */
function firstBreaches(order: OrderItem, steps: readonly Step[]): string[] {
  let state = beginning(order);
  for (const step of steps) {
    const before = state;
    state = tell(state, step);
    const breaches = state === before ? [] : violatedInvariants(state);
    if (breaches.length > 0) return breaches;
  }
  return [];
}

describe('whatever happens to the refunds of an order', () => {
  test('no pot is below 0, sums are exact, no more is paid than was captured', () => {
    fc.assert(
      fc.property(orders, stories(30), (order, steps) => {
        expect(firstBreaches(order, steps)).toEqual([]);
      }),
      { numRuns: 7000 },
    );
  });

  test('what is refunded whole, in any steps and order, leaves exactly nothing', () => {
    fc.assert(
      fc.property(paidOrders, fc.gen(), (order, g) => {
        const { account, refunds } = refundedInSteps(order, drawing(g), 'approve');
        expect(sumOf(refunds.map(({ amountMinor }) => amountMinor))).toBe(order.totalMinor);
        const { goods, payments } = refundableComponents(order, account);
        for (const { pending, captured, refundable } of [...goods, ...payments]) {
          expect([refundable.minor, refundable.taxMinor]).toEqual([0, 0]);
          expect([pending.minor, pending.taxMinor]).toEqual([captured.minor, captured.taxMinor]);
        }
      }),
      { numRuns: 1500 },
    );
  });

  test('a provider’s words lead to the same sums in any order, however often they come', () => {
    fc.assert(
      fc.property(paidOrders, fc.gen(), (order, g) => {
        const asked = refundedInSteps(order, drawing(g), 'approve');
        const words = asked.refunds.flatMap(({ payouts }, index) =>
          payouts.map((_, leg) => [index, leg, drawing(g)(3) > 0] as const),
        );
        const often = [...words, ...words, ...words];
        const shuffled = g(fc.shuffledSubarray<(typeof words)[number]>, often, { minLength: often.length });
        const [inTurn, anyhow] = [paid(asked, words), paid(asked, shuffled)];
        expect(anyhow.account).toEqual(inTurn.account);
        expect(anyhow.refunds).toEqual(inTurn.refunds);
        const paidMinor = sumOf(words.map(([index, leg, isPaid]) => (isPaid ? amountOf(asked, index, leg) : 0)));
        const { payments } = refundableComponents(order, inTurn.account);
        expect(sumOf(payments.map(({ refunded }) => refunded.minor))).toBe(paidMinor);
        expect(sumOf(payments.map(({ pending }) => pending.minor))).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  test('requests that are withdrawn, in any order, leave no trace in the pots', () => {
    fc.assert(
      fc.property(paidOrders, fc.gen(), (order, g) => {
        const asked = refundedInSteps(order, drawing(g), 'one-approver');
        const indexes = [...asked.refunds.keys()];
        let { account } = asked;
        for (const index of g(fc.shuffledSubarray<number>, indexes, { minLength: indexes.length })) {
          const refund = asked.refunds[index];
          if (refund) account = changeOf(withdraw(refund, account, 'sam')).ledger ?? account;
        }
        for (const taken of Object.values(account.pots)) expect(taken).toEqual({ refunded: nothing, pending: nothing });
      }),
      { numRuns: 500 },
    );
  });
});

const amountOf = ({ refunds }: Book, index: number, leg: number) => refunds[index]?.payouts[leg]?.amountMinor ?? 0;

describe('a breach is found', () => {
  const order = fc
    .sample(orders, { numRuns: 50, seed: 4 })
    .find(
      ({ totalMinor, payments = [] }) =>
        totalMinor > 1000 && sumOf(payments.map(({ amountMinor }) => amountMinor)) === totalMinor,
    );
  const story = () => {
    if (!order) throw new Error('One of the orders is of some worth');
    const asked = { line: 0, quantity: 1, share: undefined };
    const wanted = {
      lines: [asked],
      charges: [],
      shipping: undefined,
      tax: undefined,
      overpaid: undefined,
      goodwillMinor: undefined,
    };
    return tell(beginning(order), { step: 'ask', wanted, by: 'sam' });
  };
  const spoilt = (state: Told, by: (pots: RefundLedger['pots'][string]) => void): Told => {
    const copy = structuredClone(state);
    for (const pot of Object.values(copy.account.pots)) by(pot);
    return copy;
  };

  test('in nothing that is right', () => expect(violatedInvariants(story())).toEqual([]));
  test.each<[string, (state: Told) => Told]>([
    ['money that was given back twice', (state) => spoilt(state, ({ pending }) => (pending.minor = -1))],
    ['money that was set aside and forgotten', (state) => spoilt(state, ({ pending }) => (pending.minor += 1))],
    ['more than there was', (state) => spoilt(state, ({ pending }) => (pending.minor = 1_000_000))],
    ['tax that was not drawn', (state) => spoilt(state, ({ pending }) => (pending.taxMinor += 1))],
    ['a unit too much', (state) => spoilt(state, ({ pending }) => (pending.quantity += 1))],
    ['an event that nobody published', (state) => ({ ...state, postedMinor: 1 })],
    ['a unit that was lost', (state) => ({ ...state, asked: state.asked && { ...state.asked, units: 9 } })],
    [
      'a refund that is not the sum of its legs',
      (state) => ({ ...state, refunds: state.refunds.map((refund) => ({ ...refund, amountMinor: 1 })) }),
    ],
  ])('%s', (_name, spoil) => expect(violatedInvariants(spoil(story()))).not.toEqual([]));
});
