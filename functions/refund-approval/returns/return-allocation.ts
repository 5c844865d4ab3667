import { allocateToPayments, deductFromLines, prorate } from '../refund/allocation.ts';
import { componentTotals } from '../refund/change.ts';
import type { RefundItem } from '../refund/refund-item.ts';
import { paymentComponent } from '../../../shared/refunds/component-values.ts';
import { type Allocation, sumOf } from '../refund/refund-ledger.ts';

const wholeBasisPoints = 10_000;

/**
 * Allocates the amount of a refund after its return: nothing for missing units, and less the fees from lines with
 * received units. It uses the amounts that the request reserved, so later changes of the order have no effect.
 */
export function allocateReturn(refund: Pick<RefundItem, 'payouts' | 'returning' | 'returnTerms'>) {
  const { payouts, returning, returnTerms } = refund;
  const lineByComponent = new Map(returning.map((line) => [`line:${line.lineId}`, line]));
  const reserved = componentTotals(payouts).map(({ pot, amountMinor: minor, taxMinor, quantity }): Allocation => ({
    pot,
    minor,
    taxMinor,
    quantity,
  }));
  const payable = reserved.map((part) => withoutUnits(part, lineByComponent.get(part.pot)?.missing ?? 0));
  const receivedUnits = ({ pot }: Allocation) => {
    const { restock = 0, damaged = 0 } = lineByComponent.get(pot) ?? {};
    return restock + damaged;
  };
  const returned = payable.filter((part) => receivedUnits(part) > 0);
  const others = payable.filter((part) => receivedUnits(part) === 0 && (part.minor > 0 || part.quantity > 0));

  const linesMinor = totalMinor(returned);
  const receivedMinor = sumOf(returned.map((part) => prorate(part.minor, receivedUnits(part), part.quantity)));
  const restockingMinor = prorate(receivedMinor, returnTerms?.restockingBasisPoints ?? 0, wholeBasisPoints);
  const returnShippingMinor = Math.min(returnTerms?.returnShippingMinor ?? 0, linesMinor - restockingMinor);
  const allocations = [...deductFromLines(returned, restockingMinor + returnShippingMinor), ...others];
  const payments = payouts.map((payout) => ({
    pot: paymentComponent(payout),
    refundable: { minor: payout.amountMinor },
  }));
  const legs = allocateToPayments(allocations, payments);
  return {
    legs,
    /** Received units when nothing is paid. Otherwise the last leg contains them. */
    unpaidUnits: legs.length > 0 ? [] : allocations.filter((part) => part.quantity > 0 && receivedUnits(part) > 0),
    amountMinor: totalMinor(allocations),
    withheld: { missingMinor: totalMinor(reserved) - totalMinor(payable), restockingMinor, returnShippingMinor },
  };
}

/** The allocation without some of its units and their share of the amount. */
function withoutUnits(part: Allocation, units: number): Allocation {
  const quantity = Math.max(0, part.quantity - units);
  const minor = prorate(part.minor, quantity, part.quantity);
  return { ...part, quantity, minor, taxMinor: prorate(part.taxMinor, minor, part.minor) };
}

const totalMinor = (allocations: readonly Allocation[]) => sumOf(allocations.map(({ minor }) => minor));
