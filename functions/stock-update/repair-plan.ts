import type { Corrections } from '../../shared/contracts/stock/events.ts';
import { confirmed, counters, type Difference } from '../../shared/stock/differences.ts';
import type { StockItem, WarehouseStock } from '../../shared/stock/stock-item.ts';
import { nothing, type Pin } from './decide.ts';
import type { StockPlan } from './plan.ts';

/** What becomes of a warehouse of a SKU in which an audit found something. */
export type RepairOutcome = {
  sku: string;
  warehouse: string;
  outcome: 'repaired' | 'already-right' | 'moved-on';
  corrections: Corrections;
};

/** Sets counters of a SKU right. Where that includes what is reserved, nothing must have been reserved since. */
export type RepairPlan = StockPlan & { sku: string; isReservedWrong: boolean };

/**
 * What to do about a SKU's listed differences. Only what differs by the same as the audit found is repaired: anything
 * else was on its way when one of the two looked. Without a plan there is nothing to write.
 */
export function repairOf(
  found: StockItem,
  listed: readonly Difference[],
  now: readonly Difference[],
): { plan?: RepairPlan; outcomes: RepairOutcome[] } {
  const { sku } = found;
  const outcomes = [...Map.groupBy(listed, ({ warehouse }) => warehouse)].map(([warehouse, own]): RepairOutcome => {
    const here = now.filter((difference) => difference.warehouse === warehouse);
    const same = confirmed(own, here);
    if (same.length > 0) {
      const corrections = correctionsOf(found.warehouses[warehouse] ?? nothing, same);
      return { sku, warehouse, corrections, outcome: 'repaired' };
    }
    const isWrong = here.some(({ counter }) => own.some((difference) => difference.counter === counter));
    return { sku, warehouse, corrections: {}, outcome: isWrong ? 'moved-on' : 'already-right' };
  });
  const repaired = outcomes.filter(({ outcome }) => outcome === 'repaired');
  return repaired.length > 0 ? { plan: planOf(found, repaired), outcomes } : { outcomes };
}

/** By how much counters are set right. Available follows from the others as they will be. */
function correctionsOf(found: WarehouseStock, differences: readonly Difference[]): Corrections {
  const corrections: Corrections = {};
  for (const { counter, found: says, expected } of differences) {
    if (counter !== 'available') corrections[counter] = expected - says;
  }
  const right = (counter: 'onHand' | 'reserved' | 'unavailable') => found[counter] + (corrections[counter] ?? 0);
  const available = right('onHand') - right('reserved') - right('unavailable') - found.available;
  return { ...corrections, ...(available !== 0 && { available }) };
}

function planOf(found: StockItem, repaired: readonly RepairOutcome[]): RepairPlan {
  const warehouses = { ...found.warehouses };
  const needs: StockPlan['needs'] = new Map();
  for (const { warehouse, corrections } of repaired) {
    warehouses[warehouse] = corrected(warehouses[warehouse] ?? nothing, corrections);
    needs.set(warehouse, { least: { available: 0, damaged: 0, inspection: 0 }, pins: new Set(pinsOf(corrections)) });
  }
  return {
    sku: found.sku,
    before: { stock: found },
    after: { stock: { ...found, warehouses } },
    needs,
    changes: [],
    isReservedWrong: repaired.some(({ corrections }) => corrections.reserved !== undefined),
  };
}

function corrected(stock: WarehouseStock, corrections: Corrections): WarehouseStock {
  const after = { ...stock };
  for (const counter of counters) {
    const delta = corrections[counter];
    if (delta !== undefined) after[counter] = (stock[counter] ?? 0) + delta;
  }
  return after;
}

/**
 * The counters that must still be as they were found, so that nobody repairs them twice. Available changes with each
 * order, by as much as reserved, and is held to only where nothing else is wrong.
 */
function pinsOf(corrections: Corrections): Pin[] {
  const wrong = counters.filter((counter) => corrections[counter] !== undefined);
  return wrong.length > 1 ? wrong.filter((counter) => counter !== 'available') : wrong;
}
