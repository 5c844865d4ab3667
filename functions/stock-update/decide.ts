import type { DataOf } from '../../shared/events/define-event.ts';
import type { MovementType, StockMoved } from '../../shared/events/stock.ts';
import type { Movement, RejectionReason } from '../../shared/http/stock.ts';
import type { Counters, StockItem } from '../../shared/stock/stock-item.ts';

/** How far a caller's clock may be ahead. */
const clockToleranceMs = 5 * 60_000;
const empty: Counters = { onHand: 0, reserved: 0, unavailable: 0, available: 0 };

type Deltas = { onHand: number; unavailable: number };

/** What a movement of so many units does. What changes on hand and does not become unavailable changes available. */
const effects: Record<Exclude<MovementType, 'count'>, (units: number) => Deltas> = {
  receipt: (units) => ({ onHand: units, unavailable: 0 }),
  return: (units) => ({ onHand: units, unavailable: 0 }),
  'transfer-in': (units) => ({ onHand: units, unavailable: 0 }),
  adjustment: (units) => ({ onHand: units, unavailable: 0 }),
  'write-off': (units) => ({ onHand: -units, unavailable: 0 }),
  'transfer-out': (units) => ({ onHand: -units, unavailable: 0 }),
  damage: (units) => ({ onHand: 0, unavailable: units }),
};

export type Known = {
  isInCatalogue: boolean;
  /** Hash of the content of the movement that was applied under this id. */
  appliedHash: string | undefined;
  stock: StockItem | undefined;
};

/** What must still hold for a change when it is written; beside this, available must not become negative. */
type Basis =
  | { kind: 'first-of-sku' | 'first-of-warehouse' | 'any' }
  /** A count sets what was found, so it holds only for the figure that it was compared with. */
  | { kind: 'exactly'; onHand: number };

export type Change = { moved: DataOf<typeof StockMoved>; basis: Basis };
export type Decision =
  { kind: 'apply'; change: Change } | { kind: 'already-applied' } | { kind: 'rejected'; reason: RejectionReason };

/** What a movement does to the stock as it is known; `now` is in milliseconds since the epoch. */
export function decide(movement: Movement, contentHash: string, known: Known, now: number): Decision {
  if (known.appliedHash === contentHash) return { kind: 'already-applied' };
  if (known.appliedHash !== undefined) return rejected('movement-conflict');
  if (!known.isInCatalogue) return rejected('unknown-sku');
  const { movementId, sku, warehouse, type, quantity, reason, lot, expectedOnHand } = movement;
  const occurredAt = movement.occurredAt ?? new Date(now).toISOString();
  if (Date.parse(occurredAt) > now + clockToleranceMs) return rejected('occurred-in-future');

  const counters = known.stock?.warehouses[warehouse] ?? empty;
  if (expectedOnHand !== undefined && expectedOnHand !== counters.onHand) return rejected('count-outdated');
  const deltas = type === 'count' ? { onHand: quantity - counters.onHand, unavailable: 0 } : effects[type](quantity);
  if (counters.available + availableDelta(deltas) < 0) {
    return rejected(type === 'count' ? 'below-reserved' : 'insufficient-stock');
  }
  const { onHand: onHandDelta, unavailable: unavailableDelta } = deltas;
  return {
    kind: 'apply',
    change: {
      moved: { movementId, sku, warehouse, type, onHandDelta, unavailableDelta, reason, lot, occurredAt },
      basis: basisOf(known.stock, movement),
    },
  };
}

const rejected = (reason: RejectionReason): Decision => ({ kind: 'rejected', reason });

const availableDelta = ({ onHand, unavailable }: Deltas) => onHand - unavailable;

function basisOf(stock: StockItem | undefined, { warehouse, type }: Movement): Basis {
  if (!stock) return { kind: 'first-of-sku' };
  const counters = stock.warehouses[warehouse];
  if (!counters) return { kind: 'first-of-warehouse' };
  return type === 'count' ? { kind: 'exactly', onHand: counters.onHand } : { kind: 'any' };
}

/** The stock after a change. */
export function applied(stock: StockItem | undefined, { moved }: Change): StockItem {
  const before = stock?.warehouses[moved.warehouse] ?? empty;
  const deltas = { onHand: moved.onHandDelta, unavailable: moved.unavailableDelta };
  const after = {
    onHand: before.onHand + deltas.onHand,
    reserved: before.reserved,
    unavailable: before.unavailable + deltas.unavailable,
    available: before.available + availableDelta(deltas),
  };
  return { sku: moved.sku, warehouses: { ...stock?.warehouses, [moved.warehouse]: after } };
}

/** A SKU's counters in total and by warehouse, warehouses by name. */
export function stockAnswer(sku: string, stock: StockItem | undefined) {
  const warehouses = Object.entries(stock?.warehouses ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([warehouse, { onHand, reserved, unavailable, available }]) => ({
      warehouse,
      onHand,
      reserved,
      unavailable,
      available,
    }));
  const total = (counter: keyof Counters) => warehouses.reduce((sum, counters) => sum + counters[counter], 0);
  return {
    sku,
    onHand: total('onHand'),
    reserved: total('reserved'),
    unavailable: total('unavailable'),
    available: total('available'),
    warehouses,
  };
}
