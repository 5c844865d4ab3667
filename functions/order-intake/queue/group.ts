import type { SellingPolicy } from '../../../shared/store.ts';
import type { Reservation } from '../../../shared/stock/reservation.ts';
import type { StockItem } from '../../../shared/stock/stock-item.ts';
import type { Opening } from '../order/order-item.ts';
import { type Decision, decide, type Known, type PlacedOrder, type Placement } from '../order/decide.ts';

/** DynamoDB's actions in a transaction; an order takes two, and each SKU of a group one. */
const maxActions = 100;
/** DynamoDB takes 4 MB in a transaction. */
const maxGroupBytes = 3_500_000;
/** An order with more SKUs shares too little with others to be placed together with them. */
export const skusPerGroupedOrder = 20;

type Accepted = { placement: Placement; order: PlacedOrder; opening: Opening };
export type Group = Accepted[];
type Decided = { placement: Placement; decision: Exclude<Decision, { kind: 'accepted' }> };
export type Grouping = { chains: Group[][]; others: Decided[] };

type Facts = Omit<Known, 'order' | 'awaited'> & {
  orders: ReadonlyMap<string, Known['order']>;
  awaited: ReadonlyMap<string, Known['awaited']>;
};

/**
 * Decides on orders in the order of their arrival, each on the stock that those before it leave, and groups the accepted
 * ones so that those that want the same stock are placed in one transaction of at most `maxOrders`. The groups of a
 * chain are to be placed one after the other, as they write the same items; chains seldom do. A refusal for want of
 * stock holds only if every group is placed.
 */
export function group(
  placements: readonly Placement[],
  { orders, awaited, skus, stock }: Facts,
  policy: SellingPolicy,
  maxOrders: number,
): Grouping {
  const left = new Map(stock);
  const accepted: Accepted[] = [];
  const others: Decided[] = [];
  for (const placement of placements) {
    const own = new Map(placement.content.lines.flatMap(({ sku }) => pick(left, sku)));
    const decision = decide(
      placement,
      { order: orders.get(placement.orderId), awaited: awaited.get(placement.orderId), skus, stock: own },
      policy,
    );
    if (decision.kind === 'accepted') {
      accepted.push({ placement, order: decision.order, opening: decision.opening });
      for (const take of decision.takes) left.set(take.sku, without(left.get(take.sku), take));
    } else others.push({ placement, decision });
  }
  return { chains: chainsOf(accepted, maxOrders), others };
}

const pick = (stock: ReadonlyMap<string, StockItem>, sku: string): [string, StockItem][] => {
  const item = stock.get(sku);
  return item ? [[sku, item]] : [];
};

function without(item: StockItem | undefined, { sku, from }: Reservation): StockItem {
  const warehouses = { ...item?.warehouses };
  for (const { warehouse, units } of from) {
    const counters = warehouses[warehouse];
    if (counters) warehouses[warehouse] = { ...counters, available: counters.available - units };
  }
  return { sku, warehouses };
}

/** One chain for each SKU that is the most wanted of its order. */
function chainsOf(accepted: readonly Accepted[], maxOrders: number): Group[][] {
  const demand = new Map<string, number>();
  for (const { order } of accepted) for (const sku of skusOf(order)) demand.set(sku, (demand.get(sku) ?? 0) + 1);
  const mostWanted = (order: PlacedOrder) =>
    [...skusOf(order)].reduce((most, sku) => ((demand.get(sku) ?? 0) > (demand.get(most) ?? 0) ? sku : most));
  const byKey = Map.groupBy(accepted, ({ order }) => mostWanted(order));
  return [...byKey.values()].map((own) => split(own, maxOrders));
}

const skusOf = ({ lines }: PlacedOrder) => new Set(lines.map(({ sku }) => sku));

/** Groups in the same order, each as large as a transaction may be. */
function split(accepted: readonly Accepted[], maxOrders: number): Group[] {
  const groups: Group[] = [];
  let skus = new Set<string>();
  let bytes = 0;
  for (const each of accepted) {
    // An order is in its transaction twice, as itself and in its event.
    const size = 2 * Buffer.byteLength(JSON.stringify(each.order));
    const last = groups.at(-1);
    const together = new Set([...skus, ...skusOf(each.order)]);
    const actions = 2 * ((last?.length ?? 0) + 1) + together.size;
    if (last && last.length < maxOrders && actions <= maxActions && bytes + size <= maxGroupBytes) {
      last.push(each);
      [skus, bytes] = [together, bytes + size];
    } else {
      groups.push([each]);
      [skus, bytes] = [skusOf(each.order), size];
    }
  }
  return groups;
}
