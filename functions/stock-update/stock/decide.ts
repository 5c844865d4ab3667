import type { DataOf } from '../../../shared/contracts/define-event.ts';
import { clockToleranceMs } from '../../../shared/clock.ts';
import type { MovementType, StockMoved, StockStatus } from '../../../shared/contracts/stock/events.ts';
import type { RejectionReason } from '../../../shared/contracts/stock/routes.ts';
import type { WarehouseStock } from '../../../shared/stock/stock-item.ts';
import { countedAt, isOutdated, type MovedSinceCount, noMovements, onHandFrom } from './counts.ts';
import { occurredAtOf, type SubmittedMovement } from './submitted-movement.ts';
import { type Lot, lotSortKey, type StockSnapshot, type Transit, transitSortKey } from './snapshot.ts';

export const emptyWarehouse: WarehouseStock = { onHand: 0, reserved: 0, unavailable: 0, available: 0 };

type UnavailableStatus = 'damaged' | 'inspection' | 'safetyStock';
type Deltas = { onHand: number } & { [status in UnavailableStatus]?: number };

/** A counter or time of a warehouse that must still have the value on which the decision was based when it is written. */
export type ExpectedField = keyof WarehouseStock;

/** What is read before the decision on one movement. */
export type MovementContext = {
  isInCatalogue: boolean;
  /** Content hash of the movement that was applied under this id. */
  appliedHash: string | undefined;
  snapshot: StockSnapshot;
  /**
   * For a count of an earlier time; `too-much` exceeds the rows that are read.
   * @default noMovements
   */
  movedSince?: MovedSinceCount | 'too-much';
};

/** Effect of a movement: the data of its event, and the counters, lot and transit after it. */
export type Change = {
  moved: DataOf<typeof StockMoved>;
  after: WarehouseStock;
  expectedFields: ExpectedField[];
  lot?: Lot;
  transit?: Transit;
};
export type Decision =
  { kind: 'apply'; change: Change } | { kind: 'already-applied' } | { kind: 'rejected'; reason: RejectionReason };

/** Decides whether a movement is applied, and its effect. `now` is in milliseconds since the epoch. */
export function decide(
  movement: SubmittedMovement,
  contentHash: string,
  context: MovementContext,
  now: number,
): Decision {
  if (context.appliedHash === contentHash) return { kind: 'already-applied' };
  if (context.appliedHash !== undefined) return rejected('movement-conflict');
  if (!context.isInCatalogue) return rejected('unknown-sku');
  const { movementId, sku, warehouse, type, reason, lot, transferId, expectedOnHand } = movement;
  if (movement.occurredAt !== undefined && Date.parse(movement.occurredAt) > now + clockToleranceMs)
    return rejected('occurred-in-future');
  const occurredAt = occurredAtOf(movement) ?? new Date(now).toISOString();

  const before = context.snapshot.stock?.warehouses[warehouse] ?? emptyWarehouse;
  const { movedSince = noMovements } = context;
  if (expectedOnHand !== undefined && expectedOnHand !== before.onHand) return rejected('count-outdated');
  if (movedSince === 'too-much') return rejected('count-outdated');
  const orders = { shipped: movedSince.shipped, givenUpAt: context.snapshot.stock?.givenUpAt };
  if (type === 'count' && isOutdated(movement, before, orders, now)) return rejected('count-outdated');
  const deltas = effects[type](movement, before, movedSince);
  const after = { ...addDeltas(before, deltas), ...(type === 'count' && { countedAt: countedAt(occurredAt, before) }) };
  if (after.available < Math.min(0, before.available))
    return rejected(type === 'count' ? 'below-reserved' : 'insufficient-stock');
  if ((after.damaged ?? 0) < 0 || (after.inspection ?? 0) < 0) return rejected('insufficient-stock');

  const transit = transitAfter(movement, context.snapshot);
  if (typeof transit === 'string') return rejected(transit);
  const changedLot = lotAfter(movement, deltas, context.snapshot, now);
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
      expectedFields: expectedFieldsOf(movement),
      ...(changedLot && { lot: changedLot }),
      ...(transit && { transit }),
    },
  };
}

const rejected = (reason: RejectionReason): Decision => ({ kind: 'rejected', reason });

type Effect = (movement: SubmittedMovement, before: WarehouseStock, movedSince: MovedSinceCount) => Deltas;
const addStock: Effect = ({ quantity, to = 'available' }) => into(to, quantity, quantity);
const removeStock: Effect = ({ quantity, from = 'available' }) => into(from, -quantity, -quantity);

const effects: Record<MovementType, Effect> = {
  receipt: addStock,
  return: addStock,
  'transfer-in': addStock,
  'write-off': removeStock,
  'transfer-out': removeStock,
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

/** Counters after these deltas. A change of on hand that is not unavailable changes available. */
function addDeltas(before: WarehouseStock, { onHand, ...parts }: Deltas): WarehouseStock {
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

function expectedFieldsOf({ type, openOrders }: SubmittedMovement): ExpectedField[] {
  if (type === 'safety-stock') return ['safetyStock'];
  if (type !== 'count') return [];
  return openOrders === 'deducted' ? ['onHand', 'countedAt', 'reserved'] : ['onHand', 'countedAt'];
}

/** The lot after a movement, or why it is rejected. A count does not distinguish lots and changes none. */
function lotAfter(
  movement: SubmittedMovement,
  { onHand, damaged = 0, inspection = 0 }: Deltas,
  { lots, transits }: StockSnapshot,
  now: number,
): Lot | RejectionReason | undefined {
  const { sku, warehouse, type, lot, transferId } = movement;
  const unavailableDelta = damaged + inspection;
  if (lot === undefined || type === 'count' || (onHand === 0 && unavailableDelta === 0)) return undefined;
  const before = lots.get(lotSortKey(warehouse, lot));
  const arrived = transferId === undefined ? undefined : transits.get(transitSortKey(transferId, lot));
  const expiresOn = movement.expiresOn ?? (type === 'transfer-in' ? arrived?.expiresOn : undefined);
  if (expiresOn !== undefined && before?.expiresOn !== undefined && before.expiresOn !== expiresOn)
    return 'lot-conflict';
  const units = (before?.units ?? 0) + onHand;
  const unavailable = (before?.unavailable ?? 0) + unavailableDelta;
  if (unavailable < 0 || unavailable > units) return 'insufficient-lot';
  const expiryDay = expiresOn ?? before?.expiresOn;
  const since = before ? before.since : new Date(now).toISOString();
  return {
    sku,
    warehouse,
    lot,
    units,
    ...(unavailable > 0 && { unavailable }),
    ...(expiryDay !== undefined && { expiresOn: expiryDay }),
    ...(since && { since }),
  };
}

/** Units in transit after a movement of a named transfer. A transfer without an id is not tracked. */
function transitAfter(
  movement: SubmittedMovement,
  { lots, transits }: StockSnapshot,
): Transit | RejectionReason | undefined {
  const { sku, warehouse, type, quantity, lot, transferId } = movement;
  if (transferId === undefined) return undefined;
  const before = transits.get(transitSortKey(transferId, lot));
  if (type === 'transfer-in') {
    return before && before.units >= quantity ? { ...before, units: before.units - quantity } : 'not-in-transit';
  }
  if (before && before.from !== warehouse) return 'transfer-conflict';
  const expiresOn = lot === undefined ? undefined : lots.get(lotSortKey(warehouse, lot))?.expiresOn;
  return {
    sku,
    transferId,
    from: warehouse,
    units: (before?.units ?? 0) + quantity,
    ...(lot !== undefined && { lot }),
    ...(expiresOn !== undefined && { expiresOn }),
  };
}
