import type { StockItem, WarehouseStock } from './stock-item.ts';
import type { Take } from './take.ts';

/** What is compared, in the order in which it is listed; `available` follows from the others. */
export const counters = [
  'onHand',
  'unavailable',
  'damaged',
  'inspection',
  'safetyStock',
  'reserved',
  'available',
] as const;
export type Counter = (typeof counters)[number];

export type Difference = {
  sku: string;
  warehouse: string;
  counter: Counter;
  /** What the counter says, and what it should by the ledger, the open orders or the other counters. */
  found: number;
  expected: number;
};

/** What a SKU's movements sum to in a warehouse. */
export type Moved = { [counter in Exclude<Counter, 'reserved' | 'available'>]: number };
/** By warehouse. */
export type Ledger = Map<string, Moved>;
/** Units that open orders hold: by SKU, then by warehouse. */
export type OpenUnits = Map<string, Map<string, number>>;

export const nothingMoved: Moved = { onHand: 0, unavailable: 0, damaged: 0, inspection: 0, safetyStock: 0 };
const noCounters = { onHand: 0, reserved: 0, unavailable: 0, available: 0 };

/** The counters of a SKU that are not what they should be, warehouses without counters included. */
export function differencesOf({ sku, warehouses }: StockItem, ledger: Ledger, open: OpenUnits): Difference[] {
  const reserved = open.get(sku) ?? new Map<string, number>();
  const names = new Set([...Object.keys(warehouses), ...ledger.keys(), ...reserved.keys()]);
  return [...names].toSorted().flatMap((warehouse) => {
    const says: WarehouseStock = warehouses[warehouse] ?? noCounters;
    const should = {
      ...(ledger.get(warehouse) ?? nothingMoved),
      reserved: reserved.get(warehouse) ?? 0,
      available: says.onHand - says.reserved - says.unavailable,
    };
    return counters
      .map((counter) => ({ sku, warehouse, counter, found: says[counter] ?? 0, expected: should[counter] }))
      .filter(({ found, expected }) => found !== expected);
  });
}

/** Adds what somebody holds of a SKU. */
export function hold(open: OpenUnits, { sku, from }: Take): void {
  const byWarehouse = open.get(sku) ?? new Map<string, number>();
  for (const { warehouse, units } of from) byWarehouse.set(warehouse, (byWarehouse.get(warehouse) ?? 0) + units);
  open.set(sku, byWarehouse);
}

/** Differences that two looks at a moving store agree on: others were orders and movements on their way. */
export function confirmed(first: readonly Difference[], second: readonly Difference[]): Difference[] {
  const key = ({ sku, warehouse, counter, found, expected }: Difference) =>
    `${sku}/${warehouse}/${counter}/${found - expected}`;
  const seen = new Set(first.map(key));
  return second.filter((difference) => seen.has(key(difference)));
}
