import type { TaxReturn } from '../../../shared/contracts/ledger/tax-return-routes.ts';
import { type OrderState, placementOf } from '../posting/order-facts.ts';
import { shareOf, sum, termsOf } from '../posting/order-terms.ts';

/** VAT Notice 703: three months from the time of supply. */
const evidenceMs = 90 * 86_400_000;

/** What is zero-rated without a shipment to a place abroad; undefined if all of it is shipped or cancelled. */
export function unprovenExport(
  { orderId, state }: { orderId: string; state: OrderState },
  now: number,
): TaxReturn['unprovenExports'][number] | undefined {
  const [placed, terms] = [placementOf(state.facts), termsOf(state.facts)];
  if (!placed || !terms) return undefined;
  const amountMinor = sum(
    terms.lines.map(({ list, discount, shipped, quantity }) => {
      const net = list - discount;
      return net - shareOf(net, shipped, quantity);
    }),
  );
  if (amountMinor === 0) return undefined;
  const { place = '', at, currency } = placed;
  const placedAt = new Date(at).toISOString();
  return { orderId, place, placedAt, currency, amountMinor, isOverdue: now - at > evidenceMs };
}
