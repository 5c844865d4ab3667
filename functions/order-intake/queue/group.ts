import { maxActionsPerTransaction } from '../../../shared/dynamodb/transaction-limits.ts';
import type { Reservation } from '../../../shared/stock/reservation.ts';
import type { StockItem } from '../../../shared/stock/stock-item.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import { type Decision, decide, type Placement, type PlacementState } from '../order/decide.ts';
import type { InitialState, PlacedOrder } from '../order/order-item.ts';

/** Below DynamoDB's limit of 4 MB per transaction. */
const maxGroupBytes = 3_500_000;
/** An order of more SKUs is placed alone: it shares few of them with other orders. */
export const skusPerGroupedOrder = 20;

type Accepted = { placement: Placement; order: PlacedOrder; initialState: InitialState };
export type Group = Accepted[];
type Decided = { placement: Placement; decision: Exclude<Decision, { kind: 'accepted' }> };
/** The groups of a chain write the same stock items, so they are placed in sequence; chains are independent. */
export type Grouping = { chains: Group[][]; notAccepted: Decided[] };

/** The state of several placements; `orders` and `earlyPayments` by order id. */
type PlacementStates = Pick<PlacementState, 'skus' | 'stock' | 'settings' | 'priceLists'> & {
  orders: ReadonlyMap<string, PlacementState['order']>;
  earlyPayments: ReadonlyMap<string, PlacementState['earlyPayments']>;
};

/**
 * Decides placements in the order of arrival, each on the stock that the earlier ones leave, and groups accepted orders
 * for the same stock into transactions of at most `maxOrders`. A refusal for stock is valid only if every group is placed.
 */
export function groupPlacements(
  placements: readonly Placement[],
  { orders, earlyPayments, stock, ...offer }: PlacementStates,
  policy: SellingPolicy,
  maxOrders: number,
): Grouping {
  const remaining = new Map(stock);
  const accepted: Accepted[] = [];
  const notAccepted: Decided[] = [];
  for (const placement of placements) {
    const own = new Map(placement.content.lines.flatMap(({ sku }) => stockEntry(remaining, sku)));
    const decision = decide(
      placement,
      {
        order: orders.get(placement.orderId),
        earlyPayments: earlyPayments.get(placement.orderId),
        ...offer,
        stock: own,
      },
      policy,
    );
    if (decision.kind === 'accepted') {
      accepted.push({ placement, order: decision.order, initialState: decision.initialState });
      for (const reservation of decision.reservations) {
        remaining.set(reservation.sku, without(remaining.get(reservation.sku), reservation));
      }
    } else notAccepted.push({ placement, decision });
  }
  return { chains: chainsOf(accepted, maxOrders), notAccepted };
}

const stockEntry = (stock: ReadonlyMap<string, StockItem>, sku: string): [string, StockItem][] => {
  const item = stock.get(sku);
  return item ? [[sku, item]] : [];
};

function without(item: StockItem | undefined, { sku, from }: Reservation): StockItem {
  const warehouses = new Map(Object.entries(item?.warehouses ?? {}));
  for (const { warehouse, units } of from) {
    const counters = warehouses.get(warehouse);
    if (counters) warehouses.set(warehouse, { ...counters, available: counters.available - units });
  }
  return { sku, warehouses: Object.fromEntries(warehouses) };
}

/** One chain per SKU: an order belongs to the chain of its SKU with the highest demand. */
function chainsOf(accepted: readonly Accepted[], maxOrders: number): Group[][] {
  const demand = new Map<string, number>();
  for (const { order } of accepted) for (const sku of skusOf(order)) demand.set(sku, (demand.get(sku) ?? 0) + 1);
  const mostWanted = (order: PlacedOrder) =>
    [...skusOf(order)].reduce((most, sku) => ((demand.get(sku) ?? 0) > (demand.get(most) ?? 0) ? sku : most));
  const byKey = Map.groupBy(accepted, ({ order }) => mostWanted(order));
  return [...byKey.values()].map((own) => split(own, maxOrders));
}

const skusOf = ({ lines }: PlacedOrder) => new Set(lines.map(({ sku }) => sku));

/** Groups in the same order, each within the limits of a transaction. */
function split(accepted: readonly Accepted[], maxOrders: number): Group[] {
  const groups: Group[] = [];
  let skus = new Set<string>();
  let bytes = 0;
  for (const each of accepted) {
    // A transaction contains an order twice: the item and the event.
    const size = 2 * Buffer.byteLength(JSON.stringify(each.order));
    const last = groups.at(-1);
    const together = new Set([...skus, ...skusOf(each.order)]);
    // Two actions per order, one per SKU.
    const actions = 2 * ((last?.length ?? 0) + 1) + together.size;
    if (last && last.length < maxOrders && actions <= maxActionsPerTransaction && bytes + size <= maxGroupBytes) {
      last.push(each);
      [skus, bytes] = [together, bytes + size];
    } else {
      groups.push([each]);
      [skus, bytes] = [skusOf(each.order), size];
    }
  }
  return groups;
}
