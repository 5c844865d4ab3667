import type { StockItem, WarehouseStock } from './stock-item.ts';
import type { Reservation } from './reservation.ts';
import { ownValue } from '../input/own-value.ts';

/** Compared counters in the order of the list of differences. `available` is derived from the others. */
export const counters = [
  'onHand',
  'unavailable',
  'damaged',
  'inspection',
  'safetyStock',
  'expired',
  'reserved',
  'available',
] as const;
export type Counter = (typeof counters)[number];

export type Difference = {
  sku: string;
  warehouse: string;
  counter: Counter;
  /** Value of the counter, and the value by the ledger, the open orders or the other counters. */
  found: number;
  expected: number;
};

/** Sums of a SKU's movements in a warehouse. */
export type LedgerSums = { [counter in Exclude<Counter, 'reserved' | 'available'>]: number };
/** By warehouse. */
export type SumsByWarehouse = Map<string, LedgerSums>;
/** Units that open orders reserve, by SKU and then by warehouse. */
export type ReservedUnits = Map<string, Map<string, number>>;

export const zeroSums: LedgerSums = {
  onHand: 0,
  unavailable: 0,
  damaged: 0,
  inspection: 0,
  safetyStock: 0,
  expired: 0,
};
const noCounters = { onHand: 0, reserved: 0, unavailable: 0, available: 0 };

/** Counters of a SKU that differ from the expected value, including warehouses without counters. */
export function differencesOf(
  { sku, warehouses }: StockItem,
  ledgerSums: SumsByWarehouse,
  reservedUnits: ReservedUnits,
): Difference[] {
  const reserved = reservedUnits.get(sku) ?? new Map<string, number>();
  const names = new Set([...Object.keys(warehouses), ...ledgerSums.keys(), ...reserved.keys()]);
  return [...names].toSorted().flatMap((warehouse) => {
    const current: WarehouseStock = ownValue(warehouses, warehouse) ?? noCounters;
    const expectedValues = {
      ...(ledgerSums.get(warehouse) ?? zeroSums),
      reserved: reserved.get(warehouse) ?? 0,
      available: current.onHand - current.reserved - current.unavailable,
    };
    return counters
      .map((counter) => ({ sku, warehouse, counter, found: current[counter] ?? 0, expected: expectedValues[counter] }))
      .filter(({ found, expected }) => found !== expected);
  });
}

/** Adds the units of a reservation. */
export function addReserved(reservedUnits: ReservedUnits, { sku, from }: Reservation): void {
  const byWarehouse = reservedUnits.get(sku) ?? new Map<string, number>();
  for (const { warehouse, units } of from) byWarehouse.set(warehouse, (byWarehouse.get(warehouse) ?? 0) + units);
  reservedUnits.set(sku, byWarehouse);
}

/** Differences found by the same amount in both reads. Others were caused by concurrent orders and movements. */
export function confirmedDifferences(first: readonly Difference[], second: readonly Difference[]): Difference[] {
  const key = ({ sku, warehouse, counter, found, expected }: Difference) =>
    `${sku}/${warehouse}/${counter}/${found - expected}`;
  const seen = new Set(first.map(key));
  return second.filter((difference) => seen.has(key(difference)));
}
