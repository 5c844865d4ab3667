import type { StockItem } from '../../shared/stock/stock-item.ts';

export type Difference = {
  sku: string;
  warehouse: string;
  counter: 'onHand' | 'unavailable' | 'reserved' | 'available';
  /** What the counter says, and what it should by the ledger, the open orders or the other counters. */
  found: number;
  expected: number;
};

/** Sums over the movements of a SKU, by warehouse. */
export type Ledger = Map<string, { onHand: number; unavailable: number }>;
/** Units that open orders hold: by SKU, then by warehouse. */
export type OpenUnits = Map<string, Map<string, number>>;

type OrderLine = {
  sku: string;
  warehouse: string;
  quantity: number;
  cancelledQuantity: number;
  shippedQuantity: number;
};

/** The counters of a SKU that are not what they should be, warehouses without counters included. */
export function differencesOf({ sku, warehouses }: StockItem, ledger: Ledger, open: OpenUnits): Difference[] {
  const reserved = open.get(sku) ?? new Map<string, number>();
  const names = new Set([...Object.keys(warehouses), ...ledger.keys(), ...reserved.keys()]);
  return [...names].toSorted().flatMap((warehouse) => {
    const found = warehouses[warehouse] ?? { onHand: 0, reserved: 0, unavailable: 0, available: 0 };
    const moved = ledger.get(warehouse) ?? { onHand: 0, unavailable: 0 };
    const expected = {
      onHand: moved.onHand,
      unavailable: moved.unavailable,
      reserved: reserved.get(warehouse) ?? 0,
      available: found.onHand - found.reserved - found.unavailable,
    };
    return (['onHand', 'unavailable', 'reserved', 'available'] as const)
      .filter((counter) => found[counter] !== expected[counter])
      .map((counter) => ({ sku, warehouse, counter, found: found[counter], expected: expected[counter] }));
  });
}

/** Adds what an order's lines still hold. */
export function addOpenUnits(open: OpenUnits, lines: readonly OrderLine[]): void {
  for (const { sku, warehouse, quantity, cancelledQuantity, shippedQuantity } of lines) {
    const units = quantity - cancelledQuantity - shippedQuantity;
    if (units <= 0) continue;
    const byWarehouse = open.get(sku) ?? new Map<string, number>();
    byWarehouse.set(warehouse, (byWarehouse.get(warehouse) ?? 0) + units);
    open.set(sku, byWarehouse);
  }
}

/** Differences that two looks at a moving store agree on: others were orders and movements on their way. */
export function confirmed(first: readonly Difference[], second: readonly Difference[]): Difference[] {
  const key = ({ sku, warehouse, counter, found, expected }: Difference) =>
    `${sku}/${warehouse}/${counter}/${found - expected}`;
  const seen = new Set(first.map(key));
  return second.filter((difference) => seen.has(key(difference)));
}
