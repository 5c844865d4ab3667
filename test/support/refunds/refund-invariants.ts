import { type RefundLedger, paymentComponent } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import {
  type RefundableComponent,
  refundableComponents,
} from '../../../functions/refund-approval/refund/refundable-components.ts';
import type { Payout, RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import type { Told } from './refund-sequence.ts';

const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
const measures = ['minor', 'taxMinor', 'quantity'] as const;
const nothing = { minor: 0, taxMinor: 0, quantity: 0 };

/** Whatever of what must always hold for the refunds of an order does not, as sentences. */
export function violatedInvariants(state: Told): string[] {
  const { goods, payments } = refundableComponents(state.ordered, state.account);
  const breaches = [
    ...[...goods, ...payments].flatMap(ofPot),
    ...state.refunds.flatMap(ofRefund),
    ...ofLines(state),
    ...ofEvents(state),
    ...ofUnits(state),
  ];
  // Whoever says that an attempt failed, and later that it did not, may have had the money go out twice.
  if (!state.tookBack) breaches.push(...payments.flatMap(ofPayment), ...ofConservation(state, goods, payments));
  const counted = JSON.stringify(recounted(state.refunds));
  const held = JSON.stringify(inOrder(state.account.pots));
  if (counted !== held) breaches.push(`The account holds ${held}, its refunds ${counted}`);
  return breaches;
}

function ofPot({ pot, captured, refunded, pending, refundable }: RefundableComponent): string[] {
  return Object.entries({ captured, refunded, pending, refundable }).flatMap(([name, amount]) => {
    const below = measures.filter((measure) => amount[measure] < 0).map((measure) => `${measure} is below 0`);
    const isTooMuchTax = pot.startsWith('line:') && amount.taxMinor > amount.minor;
    return [...below, ...(isTooMuchTax ? ['is more tax than money'] : [])].map((what) => `${pot}: ${name} ${what}`);
  });
}

const ofPayment = ({ pot, captured, refunded, pending }: RefundableComponent): string[] =>
  refunded.minor + pending.minor > captured.minor ? [`${pot} gives more than it captured`] : [];

function ofRefund({ refundId, amountMinor, payouts }: RefundItem): string[] {
  const legs = payouts.filter((leg) => leg.amountMinor !== sumOf(leg.draws.map(({ minor }) => minor)));
  return [
    ...legs.map(({ paymentId }) => `${refundId}: the leg to ${paymentId} is not the sum of its draws`),
    ...(sumOf(payouts.map((leg) => leg.amountMinor)) === amountMinor ? [] : [`${refundId} is not the sum of its legs`]),
  ];
}

/** Units that were cancelled after their refund count once: more than was ordered never goes back. */
const ofLines = ({ order, account, tookBack }: Told): string[] =>
  order.lines.flatMap(({ lineId, quantity, totalMinor, taxMinor }) => {
    const { refunded, pending } = account.pots[`line:${lineId}`] ?? { refunded: nothing, pending: nothing };
    const ordered = { minor: totalMinor, taxMinor, quantity };
    return measures
      .filter((measure) => !tookBack && refunded[measure] + pending[measure] > ordered[measure])
      .map((measure) => `${lineId} gives more ${measure} than was ordered`);
  });

/**
 * What is left for goods is what is left of the money, where all of the order was paid, none of it was a gift and staff
 * accepted no less.
 */
function ofConservation(
  { order, account }: Told,
  goods: readonly RefundableComponent[],
  payments: readonly RefundableComponent[],
): string[] {
  const capturedMinor = sumOf(payments.map(({ captured }) => captured.minor));
  if (capturedMinor < order.totalMinor || account.pots.goodwill || order.isLessAccepted) return [];
  const [ofGoods, ofMoney] = [goods, payments].map((pots) => sumOf(pots.map(({ refundable }) => refundable.minor)));
  return ofGoods === ofMoney ? [] : [`Goods have ${ofGoods} left, payments ${ofMoney}`];
}

/** What the books post of the events is what the account says is refunded. */
function ofEvents({ postedMinor, account }: Told): string[] {
  const pots = Object.entries(account.pots).filter(([pot]) => pot.startsWith('payment:'));
  const refundedMinor = sumOf(pots.map(([, { refunded }]) => refunded.minor));
  return postedMinor === refundedMinor ? [] : [`Events post ${postedMinor}, the account has ${refundedMinor}`];
}

/** No unit is lost on its way into the legs. */
function ofUnits({ asked, refunds }: Told): string[] {
  const legs = refunds.find(({ refundId }) => refundId === asked?.refundId)?.payouts ?? [];
  const units = sumOf(legs.flatMap(({ draws }) => draws.map(({ quantity }) => quantity)));
  return asked === undefined || asked.units === units
    ? []
    : [`${asked.units} units were asked for, legs have ${units}`];
}

/** What an account must hold, counted anew from its refunds. */
function recounted(refunds: readonly RefundItem[]): RefundLedger['pots'] {
  const pots: RefundLedger['pots'] = {};
  const take = (pot: string, part: 'pending' | 'refunded', amount: typeof nothing) => {
    const taken = (pots[pot] ??= { refunded: { ...nothing }, pending: { ...nothing } });
    for (const measure of measures) taken[part][measure] += amount[measure];
  };
  for (const refund of refunds.filter(({ status }) => !['rejected', 'withdrawn', 'expired'].includes(status))) {
    for (const leg of refund.payouts) {
      const whole = { pot: paymentComponent(leg), ...nothing, minor: leg.amountMinor };
      for (const part of partsOf(leg)) {
        for (const { pot, ...amount } of [...leg.draws, whole]) take(pot, part, amount);
      }
    }
  }
  // What came back of a refund that the fees took all of is refunded for nothing.
  for (const { returning } of refunds.filter(({ status }) => status === 'rejected')) {
    for (const { lineId, restock, damaged } of returning) {
      take(`line:${lineId}`, 'refunded', { ...nothing, quantity: restock + damaged });
    }
  }
  return inOrder(pots);
}

/** Credit and a payment after it are both gone. */
const partsOf = ({ state, isCredited = false }: Payout): ('pending' | 'refunded')[] => [
  ...(state === 'succeeded' || state === 'exchanged' ? ['refunded' as const] : []),
  ...(isCredited ? ['refunded' as const] : []),
  ...(state === 'due' || state === 'sent' ? ['pending' as const] : []),
];

/** Pots from which something is taken, by name. */
const inOrder = (pots: RefundLedger['pots']): RefundLedger['pots'] =>
  Object.fromEntries(
    Object.entries(pots)
      .filter(([, { refunded, pending }]) =>
        measures.some((measure) => refunded[measure] !== 0 || pending[measure] !== 0),
      )
      .map(
        ([pot, { refunded, pending }]) => [pot, { refunded: measured(refunded), pending: measured(pending) }] as const,
      )
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
const measured = ({ minor, taxMinor, quantity }: typeof nothing) => ({ minor, taxMinor, quantity });
