import * as z from 'zod';
import { AmountMinor } from '../names.ts';
import { componentValues, overpaidComponent, type ValuedOrder } from './component-values.ts';

/** The refunded amounts of an order by component, as the refund ledger had them at its `version`. */
export const RefundedAmounts = z.object({
  version: z.int().positive(),
  amounts: z.array(z.object({ pot: z.string(), minor: AmountMinor })),
});
export type RefundedAmounts = z.infer<typeof RefundedAmounts>;

/**
 * The refunded money that paid for nothing the order still has: the overpaid amount, and what was refunded for units,
 * charges or shipping beyond their current value, as where they were cancelled after their refund.
 */
export function refundedBeyondValueMinor(order: ValuedOrder, { amounts }: Pick<RefundedAmounts, 'amounts'>): number {
  const values = new Map(componentValues(order).map(({ pot, value }) => [pot, value.minor]));
  return amounts.reduce((sum, { pot, minor }) => {
    if (pot === 'goodwill') return sum;
    const valueMinor = pot === overpaidComponent ? 0 : (values.get(pot) ?? 0);
    return sum + Math.max(0, minor - valueMinor);
  }, 0);
}
