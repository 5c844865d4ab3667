import { componentTotals } from '../refund/change.ts';
import { type Allocation, type Leg, paymentComponent } from '../refund/refund-ledger.ts';
import { allocateToPayments, deductFromLines, prorate } from '../refund/allocation.ts';
import type { RefundItem } from '../refund/refund-item.ts';

const wholeBasisPoints = 10_000;

/**
 * What a refund pays once its goods are back: nothing for missing units, and less the fees from what the lines get whose
 * units came. All of it was set aside before, so it is there whatever became of the order since.
 */
export function withhold(refund: Pick<RefundItem, 'payouts' | 'returning' | 'returnTerms'>) {
  const { payouts, returning, returnTerms } = refund;
  const byPot = new Map(returning.map((each) => [`line:${each.lineId}`, each]));
  const drawn = componentTotals(payouts).map(({ pot, amountMinor: minor, taxMinor, quantity }): Allocation => ({
    pot,
    minor,
    taxMinor,
    quantity,
  }));
  const kept = drawn.map((draw) => without(draw, byPot.get(draw.pot)?.missing ?? 0));
  const arrivedOf = ({ pot }: Allocation) => (byPot.get(pot)?.restock ?? 0) + (byPot.get(pot)?.damaged ?? 0);
  const returned = kept.filter((draw) => arrivedOf(draw) > 0);
  const others = kept.filter((draw) => arrivedOf(draw) === 0 && (draw.minor > 0 || draw.quantity > 0));

  const linesMinor = sumOf(returned);
  const worthMinor = returned.reduce((sum, draw) => sum + prorate(draw.minor, arrivedOf(draw), draw.quantity), 0);
  const restockingMinor = prorate(worthMinor, returnTerms?.restockingBasisPoints ?? 0, wholeBasisPoints);
  const returnShippingMinor = Math.min(returnTerms?.returnShippingMinor ?? 0, linesMinor - restockingMinor);
  const draws = [...deductFromLines(returned, restockingMinor + returnShippingMinor), ...others];
  const setAside = payouts.map((leg) => ({ pot: paymentComponent(leg), refundable: { minor: leg.amountMinor } }));
  const legs: Leg[] = allocateToPayments(draws, setAside);
  return {
    legs,
    /** Units that came back for nothing; where there are legs, they go with the last one. */
    free: legs.length > 0 ? [] : draws.filter((draw) => draw.quantity > 0 && arrivedOf(draw) > 0),
    amountMinor: sumOf(draws),
    withheld: { missingMinor: sumOf(drawn) - sumOf(kept), restockingMinor, returnShippingMinor },
  };
}

/** The draw without some of its units and their share of the amount, as if it had been asked for without them. */
function without(draw: Allocation, missing: number): Allocation {
  const quantity = Math.max(0, draw.quantity - missing);
  const minor = prorate(draw.minor, quantity, draw.quantity);
  return { ...draw, quantity, minor, taxMinor: prorate(draw.taxMinor, minor, draw.minor) };
}

const sumOf = (draws: readonly Allocation[]) => draws.reduce((sum, { minor }) => sum + minor, 0);
