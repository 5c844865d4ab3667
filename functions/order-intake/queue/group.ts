import { maxActionsPerTransaction } from '../../../shared/dynamodb/transaction-limits.ts';
import type { Reservation } from '../../../shared/stock/reservation.ts';
import type { StockItem } from '../../../shared/stock/stock-item.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import { codeKey } from '../../../shared/promotions/code-item.ts';
import { nameOf } from '../../../shared/promotions/limit-counters.ts';
import { seedOf } from '../../../shared/promotions/order-claims.ts';
import type { LimitState, Needs } from '../../../shared/promotions/price-with-limits.ts';
import { type ClaimActions, noClaims } from '../../../shared/promotions/promotion-claim.ts';
import { type Decision, decide, type Placement, type PlacementStates, stateOf } from '../order/decide.ts';
import type { InitialState, PlacedOrder } from '../order/order-item.ts';

/** Below DynamoDB's limit of 4 MB per transaction. */
const maxGroupBytes = 3_500_000;
/** An order of more SKUs is placed alone: it shares few of them with other orders. */
export const skusPerGroupedOrder = 20;

type Accepted = {
  placement: Placement;
  order: PlacedOrder;
  initialState: InitialState;
  claims?: ClaimActions | undefined;
  /** Stock items and limits of promotions that decided on the order. */
  resources: ReadonlySet<string>;
};
export type Group = Accepted[];
type Decided = { placement: Placement; decision: Exclude<Decision, { kind: 'accepted' }> };
/**
 * The groups of a chain write the same stock items or counters, so they are placed in sequence; chains are independent.
 * `needs`: what has to be read before these orders are decided, by order id.
 */
export type Grouping = { chains: Group[][]; notAccepted: Decided[]; needs: ReadonlyMap<string, Needs> };

/**
 * Decides placements in the order of arrival, each on the stock and the limits that the earlier ones leave, and groups
 * accepted orders for the same ones into transactions of at most `maxOrders`. A refusal for stock or limits is valid only
 * if every group is placed.
 */
export function groupPlacements(
  placements: readonly Placement[],
  states: PlacementStates,
  policy: SellingPolicy,
  maxOrders: number,
): Grouping {
  const remaining = new Map(states.stock);
  let { limits } = states;
  const needs = new Map<string, Needs>();
  const gifts = giftSkus(states);
  // All orders of a batch look for room in the same shard, so that a group has one claim per counter.
  const claimSeed = seedOf(placements[0]?.orderId ?? '');
  const accepted: Accepted[] = [];
  const notAccepted: Decided[] = [];
  for (const placement of placements) {
    const { orderId } = placement;
    const wanted = [...placement.content.lines.map(({ sku }) => sku), ...gifts];
    const own = new Map(wanted.flatMap((sku) => stockEntry(remaining, sku)));
    const decision = decide({ ...placement, claimSeed }, stateOf({ ...states, limits, stock: own }, orderId), policy);
    if (decision.kind === 'incomplete') needs.set(orderId, decision.needs);
    else if (decision.kind === 'accepted') {
      const { order, initialState, claims, dependsOn = [] } = decision;
      accepted.push({ placement, order, initialState, claims, resources: new Set([...skusOf(order), ...dependsOn]) });
      limits = withClaims(limits, claims);
      for (const reservation of decision.reservations) {
        remaining.set(reservation.sku, without(remaining.get(reservation.sku), reservation));
      }
    } else notAccepted.push({ placement, decision });
  }
  return { chains: chainsOf(accepted, maxOrders), notAccepted, needs };
}

const giftSkus = ({ promotions }: PlacementStates): string[] =>
  (promotions?.promotions ?? []).flatMap(({ discount }) => (discount.kind === 'gift' ? discount.gifts : []));

/** The limits that these claims leave for the next orders of the batch. */
function withClaims(limits: LimitState, { counters, codes }: ClaimActions = noClaims): LimitState {
  if (counters.length + codes.length === 0) return limits;
  const counts = new Map(limits.counts);
  for (const claim of counters) counts.set(nameOf(claim), (counts.get(nameOf(claim)) ?? 0) + claim.count);
  const used = new Map(limits.codes);
  for (const { code } of codes) {
    const item = used.get(code);
    if (item) used.set(code, { ...item, uses: item.uses + 1 });
  }
  return { ...limits, counts, codes: used };
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

/** One chain per SKU or promotion: an order belongs to the chain of the one with the highest demand. */
function chainsOf(accepted: readonly Accepted[], maxOrders: number): Group[][] {
  const demand = new Map<string, number>();
  for (const { resources } of accepted) for (const each of resources) demand.set(each, (demand.get(each) ?? 0) + 1);
  const mostWanted = ({ resources }: Accepted) =>
    [...resources].reduce((most, each) => ((demand.get(each) ?? 0) > (demand.get(most) ?? 0) ? each : most));
  const byKey = Map.groupBy(accepted, mostWanted);
  return [...byKey.values()].map((own) => split(own, maxOrders));
}

/** Items that the order writes beside its own. */
const itemsOf = ({ order, claims = noClaims }: Accepted): Set<string> =>
  new Set([...skusOf(order), ...claims.counters.map(nameOf), ...claims.codes.map(({ code }) => codeKey(code).pk)]);

/** Whether the order does not fit one transaction: it has few SKUs, but many gifts or limits of promotions. */
export const isTooLargeForGroup = (order: Accepted): boolean => 2 + itemsOf(order).size > maxActionsPerTransaction;

const skusOf = ({ lines }: PlacedOrder) => new Set(lines.map(({ sku }) => sku));

/** Groups in the same order, each within the limits of a transaction. */
function split(accepted: readonly Accepted[], maxOrders: number): Group[] {
  const groups: Group[] = [];
  let items = new Set<string>();
  let bytes = 0;
  for (const each of accepted) {
    // A transaction contains an order twice: the item and the event.
    const size = 2 * Buffer.byteLength(JSON.stringify(each.order));
    const last = groups.at(-1);
    const own = itemsOf(each);
    const together = new Set([...items, ...own]);
    // A transaction has one action per item, and a code cannot be claimed twice in one.
    const hasCode = (each.claims?.codes ?? []).some(({ code }) => items.has(codeKey(code).pk));
    // Two actions per order, one per SKU, counter and code.
    const actions = 2 * ((last?.length ?? 0) + 1) + together.size;
    if (
      last &&
      !hasCode &&
      last.length < maxOrders &&
      actions <= maxActionsPerTransaction &&
      bytes + size <= maxGroupBytes
    ) {
      last.push(each);
      [items, bytes] = [together, bytes + size];
    } else {
      groups.push([each]);
      [items, bytes] = [own, size];
    }
  }
  return groups;
}
