import type { DataOf } from '../../shared/contracts/define-event.ts';
import { clockToleranceMs } from '../../shared/clock.ts';
import type { MovementType, StockMoved, StockStatus } from '../../shared/contracts/stock/events.ts';
import type { RejectionReason } from '../../shared/contracts/stock/routes.ts';
import type { WarehouseStock } from '../../shared/stock/stock-item.ts';
import { countedAt, isOutdated, type MovedSince, nothingMoved, onHandFrom } from './counts.ts';
import { happenedAt, type SentMovement } from './sent-movement.ts';
import { type Lot, lotSort, type Shelf, type Transit, transitSort } from './shelf.ts';

export const nothing: WarehouseStock = { onHand: 0, reserved: 0, unavailable: 0, available: 0 };

type UnavailableStatus = 'damaged' | 'inspection' | 'safetyStock';
type Deltas = { onHand: number } & { [status in UnavailableStatus]?: number };

/** Figures of a warehouse that a decision compared with or replaced: they must still be so when it is written. */
export type Pin = keyof WarehouseStock;

export type Known = {
  isInCatalogue: boolean;
  /** Hash of the content of the movement that was applied under this id. */
  appliedHash: string | undefined;
  shelf: Shelf;
  /** Of a count of an earlier time: nothing, unless told. */
  movedSince?: MovedSince | 'too-much';
};

/** What a movement does: the event that tells of it, and the counters, lot and transit that it leaves. */
export type Change = {
  moved: DataOf<typeof StockMoved>;
  after: WarehouseStock;
  pins: Pin[];
  lot?: Lot;
  transit?: Transit;
};
export type Decision =
  { kind: 'apply'; change: Change } | { kind: 'already-applied' } | { kind: 'rejected'; reason: RejectionReason };

/** What a movement does to the stock as it is known; `now` is in milliseconds since the epoch. */
export function decide(movement: SentMovement, contentHash: string, known: Known, now: number): Decision {
  if (known.appliedHash === contentHash) return { kind: 'already-applied' };
  if (known.appliedHash !== undefined) return rejected('movement-conflict');
  if (!known.isInCatalogue) return rejected('unknown-sku');
  const { movementId, sku, warehouse, type, reason, lot, transferId, expectedOnHand } = movement;
  if (movement.occurredAt !== undefined && Date.parse(movement.occurredAt) > now + clockToleranceMs)
    return rejected('occurred-in-future');
  const occurredAt = happenedAt(movement) ?? new Date(now).toISOString();

  const before = known.shelf.stock?.warehouses[warehouse] ?? nothing;
  const { movedSince = nothingMoved } = known;
  if (expectedOnHand !== undefined && expectedOnHand !== before.onHand) return rejected('count-outdated');
  if (movedSince === 'too-much') return rejected('count-outdated');
  const orders = { shipped: movedSince.shipped, givenUpAt: known.shelf.stock?.givenUpAt };
  if (type === 'count' && isOutdated(movement, before, orders, now)) return rejected('count-outdated');
  const deltas = effects[type](movement, before, movedSince);
  const after = { ...moved(before, deltas), ...(type === 'count' && { countedAt: countedAt(occurredAt, before) }) };
  if (after.available < Math.min(0, before.available))
    return rejected(type === 'count' ? 'below-reserved' : 'insufficient-stock');
  if ((after.damaged ?? 0) < 0 || (after.inspection ?? 0) < 0) return rejected('insufficient-stock');

  const transit = transitAfter(movement, known.shelf);
  if (typeof transit === 'string') return rejected(transit);
  const changedLot = lotAfter(movement, deltas, known.shelf, now);
  if (typeof changedLot === 'string') return rejected(changedLot);
  const { onHand: onHandDelta, ...parts } = deltas;
  const unavailableDelta = after.unavailable - before.unavailable;
  return {
    kind: 'apply',
    change: {
      moved: {
        movementId,
        sku,
        warehouse,
        type,
        onHandDelta,
        unavailableDelta,
        reason,
        lot,
        transferId,
        occurredAt,
        ...(Object.keys(parts).length > 0 && { unavailableDeltas: parts }),
      },
      after,
      pins: pinsOf(movement),
      ...(changedLot && { lot: changedLot }),
      ...(transit && { transit }),
    },
  };
}

const rejected = (reason: RejectionReason): Decision => ({ kind: 'rejected', reason });

type Effect = (movement: SentMovement, before: WarehouseStock, movedSince: MovedSince) => Deltas;
const comesIn: Effect = ({ quantity, to = 'available' }) => into(to, quantity, quantity);
const goesOut: Effect = ({ quantity, from = 'available' }) => into(from, -quantity, -quantity);

const effects: Record<MovementType, Effect> = {
  receipt: comesIn,
  return: comesIn,
  'transfer-in': comesIn,
  'write-off': goesOut,
  'transfer-out': goesOut,
  adjustment: ({ quantity }) => ({ onHand: quantity }),
  damage: ({ quantity, from = 'available' }) => between(from, 'damaged', quantity),
  'status-change': ({ quantity, from = 'available', to = 'available' }) => between(from, to, quantity),
  'safety-stock': ({ quantity }, { safetyStock = 0 }) => ({ onHand: 0, safetyStock: quantity - safetyStock }),
  count: (movement, before, movedSince) => ({ onHand: onHandFrom(movement, before, movedSince) - before.onHand }),
};

const into = (status: StockStatus, units: number, onHand: number): Deltas =>
  status === 'available' ? { onHand } : { onHand, [status]: units };

const between = (from: StockStatus, to: StockStatus, units: number): Deltas => ({
  ...into(from, -units, 0),
  ...into(to, units, 0),
});

/** The counters after these deltas. What changes on hand and does not become unavailable changes available. */
function moved(before: WarehouseStock, { onHand, ...parts }: Deltas): WarehouseStock {
  const unavailable = Object.values(parts).reduce((sum, delta) => sum + delta, 0);
  return {
    ...before,
    onHand: before.onHand + onHand,
    unavailable: before.unavailable + unavailable,
    available: before.available + onHand - unavailable,
    ...(parts.damaged !== undefined && { damaged: (before.damaged ?? 0) + parts.damaged }),
    ...(parts.inspection !== undefined && { inspection: (before.inspection ?? 0) + parts.inspection }),
    ...(parts.safetyStock !== undefined && { safetyStock: (before.safetyStock ?? 0) + parts.safetyStock }),
  };
}

function pinsOf({ type, openOrders }: SentMovement): Pin[] {
  if (type === 'safety-stock') return ['safetyStock'];
  if (type !== 'count') return [];
  return openOrders === 'deducted' ? ['onHand', 'countedAt', 'reserved'] : ['onHand', 'countedAt'];
}

/** The lot after what a movement does to its units; a count does not tell lots apart. */
function lotAfter(
  movement: SentMovement,
  { onHand, damaged = 0, inspection = 0 }: Deltas,
  { lots, transits }: Shelf,
  now: number,
): Lot | RejectionReason | undefined {
  const { sku, warehouse, type, lot, transferId } = movement;
  const becomeUnavailable = damaged + inspection;
  if (lot === undefined || type === 'count' || (onHand === 0 && becomeUnavailable === 0)) return undefined;
  const before = lots.get(lotSort(warehouse, lot));
  const arrived = transferId === undefined ? undefined : transits.get(transitSort(transferId, lot));
  const expiresOn = movement.expiresOn ?? (type === 'transfer-in' ? arrived?.expiresOn : undefined);
  if (expiresOn !== undefined && before?.expiresOn !== undefined && before.expiresOn !== expiresOn)
    return 'lot-conflict';
  const units = (before?.units ?? 0) + onHand;
  const unavailable = (before?.unavailable ?? 0) + becomeUnavailable;
  if (unavailable < 0 || unavailable > units) return 'insufficient-lot';
  const known = expiresOn ?? before?.expiresOn;
  const since = before ? before.since : new Date(now).toISOString();
  return {
    sku,
    warehouse,
    lot,
    units,
    ...(unavailable > 0 && { unavailable }),
    ...(known !== undefined && { expiresOn: known }),
    ...(since && { since }),
  };
}

/** The units in transit after a movement of a named transfer; other transfers are not followed. */
function transitAfter(movement: SentMovement, { lots, transits }: Shelf): Transit | RejectionReason | undefined {
  const { sku, warehouse, type, quantity, lot, transferId } = movement;
  if (transferId === undefined) return undefined;
  const before = transits.get(transitSort(transferId, lot));
  if (type === 'transfer-in') {
    return before && before.units >= quantity ? { ...before, units: before.units - quantity } : 'not-in-transit';
  }
  if (before && before.from !== warehouse) return 'transfer-conflict';
  const expiresOn = lot === undefined ? undefined : lots.get(lotSort(warehouse, lot))?.expiresOn;
  return {
    sku,
    transferId,
    from: warehouse,
    units: (before?.units ?? 0) + quantity,
    ...(lot !== undefined && { lot }),
    ...(expiresOn !== undefined && { expiresOn }),
  };
}
