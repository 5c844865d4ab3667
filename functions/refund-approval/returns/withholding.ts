import { potsIn } from '../refund/change.ts';
import { type Draw, type Leg, paymentPot } from '../refund/refund-ledger.ts';
import { legsOf, lessDeduction, shareOf } from '../refund/allocation.ts';
import type { RefundItem } from '../refund/refund-item.ts';

const wholeBasisPoints = 10_000;

/**
 * What a refund pays once its goods are back: nothing for missing units, and less the fees from what the lines get whose
 * units came. All of it was set aside before, so it is there whatever became of the order since.
 */
export function withhold(refund: Pick<RefundItem, 'payouts' | 'returning' | 'returnTerms'>) {
  const { payouts, returning, returnTerms } = refund;
  const byPot = new Map(returning.map((each) => [`line:${each.lineId}`, each]));
  const drawn = potsIn(payouts).map(({ pot, amountMinor: minor, taxMinor, quantity }): Draw => ({
    pot,
    minor,
    taxMinor,
    quantity,
  }));
  const kept = drawn.map((draw) => without(draw, byPot.get(draw.pot)?.missing ?? 0));
  const arrivedOf = ({ pot }: Draw) => (byPot.get(pot)?.restock ?? 0) + (byPot.get(pot)?.damaged ?? 0);
  const returned = kept.filter((draw) => arrivedOf(draw) > 0);
  const others = kept.filter((draw) => arrivedOf(draw) === 0 && (draw.minor > 0 || draw.quantity > 0));

  const linesMinor = sumOf(returned);
  const worthMinor = returned.reduce((sum, draw) => sum + shareOf(draw.minor, arrivedOf(draw), draw.quantity), 0);
  const restockingMinor = shareOf(worthMinor, returnTerms?.restockingBasisPoints ?? 0, wholeBasisPoints);
  const returnShippingMinor = Math.min(returnTerms?.returnShippingMinor ?? 0, linesMinor - restockingMinor);
  const draws = [...lessDeduction(returned, restockingMinor + returnShippingMinor), ...others];
  const setAside = payouts.map((leg) => ({ pot: paymentPot(leg), refundable: { minor: leg.amountMinor } }));
  const legs: Leg[] = legsOf(draws, setAside);
  return {
    legs,
    /** Units that came back for nothing; where there are legs, they go with the last one. */
    free: legs.length > 0 ? [] : draws.filter((draw) => draw.quantity > 0 && arrivedOf(draw) > 0),
    amountMinor: sumOf(draws),
    withheld: { missingMinor: sumOf(drawn) - sumOf(kept), restockingMinor, returnShippingMinor },
  };
}

/** The draw without some of its units and their share of the amount, as if it had been asked for without them. */
function without(draw: Draw, missing: number): Draw {
  const quantity = Math.max(0, draw.quantity - missing);
  const minor = shareOf(draw.minor, quantity, draw.quantity);
  return { ...draw, quantity, minor, taxMinor: shareOf(draw.taxMinor, minor, draw.minor) };
}

const sumOf = (draws: readonly Draw[]) => draws.reduce((sum, { minor }) => sum + minor, 0);
