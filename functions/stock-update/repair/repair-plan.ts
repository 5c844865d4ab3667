import type { Corrections } from '../../../shared/contracts/stock/events.ts';
import { confirmedDifferences, counters, type Difference } from '../../../shared/stock/differences.ts';
import type { StockItem, WarehouseStock } from '../../../shared/stock/stock-item.ts';
import { emptyWarehouse, type ExpectedField } from '../stock/decide.ts';
import type { CounterPlan } from '../stock/write-plan.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

/** Outcome of a repair for a SKU in a warehouse where the audit found a difference. */
export type RepairOutcome = {
  sku: string;
  warehouse: string;
  outcome: 'repaired' | 'already-right' | 'moved-on';
  corrections: Corrections;
};

/** Correction of the counters of a SKU. A correction of `reserved` is valid only without reservations in between. */
export type RepairPlan = CounterPlan & { sku: string; correctsReserved: boolean };

/**
 * Plans the repair of a SKU's listed differences. A counter is repaired only if it differs by the same amount as in the
 * audit: other differences were concurrent changes. Without a plan nothing is written.
 */
export function planRepair(
  stock: StockItem,
  listed: readonly Difference[],
  current: readonly Difference[],
): { plan?: RepairPlan; outcomes: RepairOutcome[] } {
  const { sku } = stock;
  const outcomes = [...Map.groupBy(listed, ({ warehouse }) => warehouse)].map(([warehouse, own]): RepairOutcome => {
    const here = current.filter((difference) => difference.warehouse === warehouse);
    const same = confirmedDifferences(own, here);
    if (same.length > 0) {
      const corrections = correctionsOf(ownValue(stock.warehouses, warehouse) ?? emptyWarehouse, same);
      return { sku, warehouse, corrections, outcome: 'repaired' };
    }
    const isWrong = here.some(({ counter }) => own.some((difference) => difference.counter === counter));
    return { sku, warehouse, corrections: {}, outcome: isWrong ? 'moved-on' : 'already-right' };
  });
  const repaired = outcomes.filter(({ outcome }) => outcome === 'repaired');
  return repaired.length > 0 ? { plan: writePlanOf(stock, repaired), outcomes } : { outcomes };
}

/** Amounts by which counters are corrected. `available` is derived from the corrected counters. */
function correctionsOf(stock: WarehouseStock, differences: readonly Difference[]): Corrections {
  const corrections: Corrections = {};
  for (const { counter, found, expected } of differences) {
    if (counter !== 'available') corrections[counter] = expected - found;
  }
  const corrected = (counter: 'onHand' | 'reserved' | 'unavailable') => stock[counter] + (corrections[counter] ?? 0);
  const available = corrected('onHand') - corrected('reserved') - corrected('unavailable') - stock.available;
  return { ...corrections, ...(available !== 0 && { available }) };
}

function writePlanOf(stock: StockItem, repaired: readonly RepairOutcome[]): RepairPlan {
  const warehouses = new Map(Object.entries(stock.warehouses));
  const conditions: CounterPlan['conditions'] = new Map();
  for (const { warehouse, corrections } of repaired) {
    warehouses.set(warehouse, applyCorrections(warehouses.get(warehouse) ?? emptyWarehouse, corrections));
    conditions.set(warehouse, {
      minimums: { available: 0, damaged: 0, inspection: 0 },
      expectedFields: new Set(expectedFieldsOf(corrections)),
    });
  }
  return {
    sku: stock.sku,
    before: { stock },
    after: { stock: { ...stock, warehouses: Object.fromEntries(warehouses) } },
    conditions,
    changes: [],
    correctsReserved: repaired.some(({ corrections }) => corrections.reserved !== undefined),
  };
}

function applyCorrections(stock: WarehouseStock, corrections: Corrections): WarehouseStock {
  const after = { ...stock };
  for (const counter of counters) {
    const delta = corrections[counter];
    if (delta !== undefined) after[counter] = (stock[counter] ?? 0) + delta;
  }
  return after;
}

/**
 * Counters that must be unchanged, so that a repair is not applied twice. `available` changes with each order and is one of
 * them only if no other counter is wrong.
 */
function expectedFieldsOf(corrections: Corrections): ExpectedField[] {
  const wrong = counters.filter((counter) => corrections[counter] !== undefined);
  return wrong.length > 1 ? wrong.filter((counter) => counter !== 'available') : wrong;
}
