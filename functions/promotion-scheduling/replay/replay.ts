import type { PriceReplayResult } from '../../../shared/contracts/promotions/replay-routes.ts';
import { type Cell, csvFile } from '../../../shared/csv/write.ts';
import type { LakeEvent } from '../../../shared/lake/day-events.ts';
import { PlacedOrder } from '../../../shared/pricing/frozen-order.ts';
import { priceAgain, type PricingSource } from '../../../shared/pricing/price-again.ts';

/** Orders that the result names; all are counted. */
const maxNamed = 1000;

/** Prices each order again from what it stored, and keeps those whose amounts differ. */
export function createReplay(source: PricingSource, kept?: PriceReplayResult) {
  const counts = { ...(kept?.counts ?? { orders: 0, equal: 0, assumedLimits: 0, notPricedByStore: 0, differing: 0 }) };
  const differing = [...(kept?.differing ?? [])];
  const addDiffering = (entry: PriceReplayResult['differing'][number]) => {
    counts.differing += 1;
    if (differing.length < maxNamed) differing.push(entry);
  };

  return {
    add: ({ data, customer, id }: LakeEvent): void => {
      counts.orders += 1;
      const order = PlacedOrder.safeParse(data);
      if (!order.success) return addDiffering({ orderId: id, reason: 'unreadable', differences: [] });
      const again = priceAgain(order.data, customer, source);
      switch (again.kind) {
        case 'not-priced-by-store':
          counts.notPricedByStore += 1;
          return;
        case 'equal':
          counts.equal += 1;
          if (again.assumesLimits) counts.assumedLimits += 1;
          return;
        case 'different':
          return addDiffering({
            orderId: order.data.orderId,
            reason: again.reason,
            differences: again.differences.slice(0, 20),
          });
        default:
          return again satisfies never;
      }
    },
    result: (): PriceReplayResult => ({ counts: { ...counts }, differing: [...differing] }),
  };
}

export const differingFile = ({ differing }: PriceReplayResult) => ({
  name: 'differing.csv',
  text: csvFile(
    ['orderId', 'reason', 'field', 'chargedMinor', 'recomputedMinor'],
    differing.flatMap(({ orderId, reason, differences }): Cell[][] =>
      differences.length === 0
        ? [[orderId, reason, undefined, undefined, undefined]]
        : differences.map((each) => [orderId, reason, each.field, each.chargedMinor, each.recomputedMinor]),
    ),
  ),
});
