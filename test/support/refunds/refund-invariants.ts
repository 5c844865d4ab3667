import type { RefundLedger } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import { isPaymentComponent, paymentComponent } from '../../../shared/refunds/component-values.ts';
import {
  type RefundableComponent,
  refundableComponents,
} from '../../../functions/refund-approval/refund/refundable-components.ts';
import type { Payout, RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import type { SequenceState } from './refund-sequence.ts';

const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
const measures = ['minor', 'taxMinor', 'quantity'] as const;
const nothing = { minor: 0, taxMinor: 0, quantity: 0 };

/** Returns the violated invariants of an order's refunds as sentences. */
export function violatedInvariants(state: SequenceState): string[] {
  const { goods, payments } = refundableComponents(state.orderSnapshot, state.ledger);
  const breaches = [
    ...[...goods, ...payments].flatMap(ofComponent),
    ...state.refunds.flatMap(ofRefund),
    ...ofLines(state),
    ...ofEvents(state),
    ...ofUnits(state),
  ];
  // After a provider reverts a failure, an amount may have been paid twice.
  if (!state.hasRevertedFailure)
    breaches.push(...payments.flatMap(ofPayment), ...ofConservation(state, goods, payments));
  const counted = JSON.stringify(recounted(state.refunds));
  const held = JSON.stringify(inOrder(state.ledger.pots));
  if (counted !== held) breaches.push(`The ledger holds ${held}, its refunds ${counted}`);
  return breaches;
}

function ofComponent({ pot, captured, refunded, pending, refundable }: RefundableComponent): string[] {
  return Object.entries({ captured, refunded, pending, refundable }).flatMap(([name, amount]) => {
    const below = measures.filter((measure) => amount[measure] < 0).map((measure) => `${measure} is below 0`);
    const isTooMuchTax = pot.startsWith('line:') && amount.taxMinor > amount.minor;
    return [...below, ...(isTooMuchTax ? ['is more tax than money'] : [])].map((what) => `${pot}: ${name} ${what}`);
  });
}

const ofPayment = ({ pot, captured, refunded, pending }: RefundableComponent): string[] =>
  refunded.minor + pending.minor > captured.minor ? [`${pot} refunds more than it captured`] : [];

function ofRefund({ refundId, amountMinor, payouts }: RefundItem): string[] {
  const legs = payouts.filter((leg) => leg.amountMinor !== sumOf(leg.draws.map(({ minor }) => minor)));
  return [
    ...legs.map(({ paymentId }) => `${refundId}: the leg to ${paymentId} is not the sum of its draws`),
    ...(sumOf(payouts.map((leg) => leg.amountMinor)) === amountMinor ? [] : [`${refundId} is not the sum of its legs`]),
  ];
}

/** At most the ordered amount is refunded. Units cancelled after their refund count once. */
const ofLines = ({ order, ledger, hasRevertedFailure }: SequenceState): string[] =>
  order.lines.flatMap(({ lineId, quantity, totalMinor, taxMinor }) => {
    const { refunded, pending } = ledger.pots[`line:${lineId}`] ?? { refunded: nothing, pending: nothing };
    const ordered = { minor: totalMinor, taxMinor, quantity };
    return measures
      .filter((measure) => !hasRevertedFailure && refunded[measure] + pending[measure] > ordered[measure])
      .map((measure) => `${lineId} refunds more ${measure} than was ordered`);
  });

/** The refundable amount of the goods equals that of the payments, for a completely paid order without goodwill. */
function ofConservation(
  { order, ledger }: SequenceState,
  goods: readonly RefundableComponent[],
  payments: readonly RefundableComponent[],
): string[] {
  const capturedMinor = sumOf(payments.map(({ captured }) => captured.minor));
  if (capturedMinor < order.totalMinor || ledger.pots.goodwill || order.isLessAccepted) return [];
  const [ofGoods, ofMoney] = [goods, payments].map((pots) => sumOf(pots.map(({ refundable }) => refundable.minor)));
  return ofGoods === ofMoney ? [] : [`Goods have ${ofGoods} left, payments ${ofMoney}`];
}

/** The refunded amount of the events equals that of the ledger. */
function ofEvents({ postedMinor, ledger }: SequenceState): string[] {
  const pots = Object.entries(ledger.pots).filter(([pot]) => isPaymentComponent(pot));
  const refundedMinor = sumOf(pots.map(([, { refunded }]) => refunded.minor));
  return postedMinor === refundedMinor ? [] : [`Events post ${postedMinor}, the ledger has ${refundedMinor}`];
}

/** The legs contain every requested unit. */
function ofUnits({ requestedUnits, refunds }: SequenceState): string[] {
  const legs = refunds.find(({ refundId }) => refundId === requestedUnits?.refundId)?.payouts ?? [];
  const units = sumOf(legs.flatMap(({ draws }) => draws.map(({ quantity }) => quantity)));
  return requestedUnits === undefined || requestedUnits.units === units
    ? []
    : [`${requestedUnits.units} units were requested, legs have ${units}`];
}

/** The ledger recalculated from its refunds. */
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
  // Returned units of a refund that the fees reduced to 0 count as refunded.
  for (const { returning } of refunds.filter(({ status }) => status === 'rejected')) {
    for (const { lineId, restock, damaged } of returning) {
      take(`line:${lineId}`, 'refunded', { ...nothing, quantity: restock + damaged });
    }
  }
  return inOrder(pots);
}

/** Store credit and a payout that succeeds after it both count as refunded. */
const partsOf = ({ state, isCredited = false }: Payout): ('pending' | 'refunded')[] => [
  ...(state === 'succeeded' || state === 'exchanged' ? ['refunded' as const] : []),
  ...(isCredited ? ['refunded' as const] : []),
  ...(state === 'due' || state === 'sent' ? ['pending' as const] : []),
];

/** Components with refunded or pending amounts, sorted by name. */
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
