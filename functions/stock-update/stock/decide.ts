import type { DataOf } from '../../../shared/contracts/define-event.ts';
import { clockToleranceMs } from '../../../shared/clock.ts';
import type { MovementType, StockMoved, StockStatus } from '../../../shared/contracts/stock/events.ts';
import type { RejectionReason } from '../../../shared/contracts/stock/routes.ts';
import type { WarehouseStock } from '../../../shared/stock/stock-item.ts';
import { countedAt, isOutdated, type MovedSinceCount, noMovements, onHandFrom } from './counts.ts';
import { occurredAtOf, type SubmittedMovement } from './submitted-movement.ts';
import { lotAfter, transitAfter } from './lot-changes.ts';
import type { StockSnapshot, Transit } from './snapshot.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import type { Lot } from '../../../shared/stock/lot.ts';

export const emptyWarehouse: WarehouseStock = { onHand: 0, reserved: 0, unavailable: 0, available: 0 };

type UnavailableStatus = 'damaged' | 'inspection' | 'safetyStock' | 'expired';
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
  /**
   * Lots that expire before this day are not for sale.
   * @default no lot expires
   */
  cutoff?: string;
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
  | { kind: 'apply'; change: Change }
  | { kind: 'already-applied' }
  | { kind: 'rejected'; reason: RejectionReason; detail?: string };

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

  const before = ownValue(context.snapshot.stock?.warehouses ?? {}, warehouse) ?? emptyWarehouse;
  const { movedSince = noMovements } = context;
  if (expectedOnHand !== undefined && expectedOnHand !== before.onHand) return rejected('count-outdated');
  if (movedSince === 'too-much') return rejected('count-outdated');
  const orders = { shipped: movedSince.shipped, givenUpAt: context.snapshot.stock?.givenUpAt };
  if (type === 'count' && isOutdated(movement, before, orders, now)) return rejected('count-outdated');
  const moved = effects[type](movement, before, movedSince);
  const changedLot = lotAfter(movement, moved, context.snapshot, { now, cutoff: context.cutoff ?? '' });
  if (changedLot && 'reason' in changedLot) return { kind: 'rejected', ...changedLot };
  const expired = changedLot?.expiredDelta ?? 0;
  const deltas: Deltas = { ...moved, ...(expired !== 0 && { expired }) };
  const after = { ...addDeltas(before, deltas), ...(type === 'count' && { countedAt: countedAt(occurredAt, before) }) };
  const shortage = shortageAfter(type, before, { ...after, available: after.available + Math.max(0, expired) });
  if (shortage) return rejected(shortage);
  const transit = transitAfter(movement, context.snapshot);
  if (typeof transit === 'string') return rejected(transit);
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
        ...(movement.expiresOn !== undefined && { expiresOn: movement.expiresOn }),
        ...(movement.unitCostMinor !== undefined && { unitCostMinor: movement.unitCostMinor }),
        ...(transit && { inTransitDelta: inTransitDeltaOf(movement) }),
        ...(Object.keys(parts).length > 0 && { unavailableDeltas: parts }),
      },
      after,
      expectedFields: expectedFieldsOf(movement),
      ...(changedLot && { lot: changedLot.lot }),
      ...(transit && { transit }),
    },
  };
}

const rejected = (reason: RejectionReason): Decision => ({ kind: 'rejected', reason });

/**
 * Why units that a movement removes are missing. A count states what is there and may leave fewer units than orders
 * reserve. `after` includes the units that expire with the movement.
 */
function shortageAfter(type: MovementType, before: WarehouseStock, after: WarehouseStock): RejectionReason | undefined {
  if (type === 'count') return after.onHand < 0 ? 'count-outdated' : undefined;
  if (after.available < Math.min(0, before.available)) return 'insufficient-stock';
  return (after.damaged ?? 0) < 0 || (after.inspection ?? 0) < 0 ? 'insufficient-stock' : undefined;
}

const inTransitDeltaOf = ({ type, quantity }: SubmittedMovement) => (type === 'transfer-out' ? quantity : -quantity);

type Effect = (movement: SubmittedMovement, before: WarehouseStock, movedSince: MovedSinceCount) => Deltas;
const addStock: Effect = ({ quantity, to = 'available' }) => into(to, quantity, quantity);
const removeStock: Effect = ({ quantity, from = 'available' }) => into(from, -quantity, -quantity);

const effects: Record<MovementType, Effect> = {
  receipt: addStock,
  return: addStock,
  'transfer-in': addStock,
  'write-off': removeStock,
  'transfer-out': removeStock,
  'transit-loss': () => ({ onHand: 0 }),
  'expiry-correction': () => ({ onHand: 0 }),
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
    ...(parts.expired !== undefined && { expired: (before.expired ?? 0) + parts.expired }),
    ...(parts.safetyStock !== undefined && { safetyStock: (before.safetyStock ?? 0) + parts.safetyStock }),
  };
}

function expectedFieldsOf({ type, openOrders }: SubmittedMovement): ExpectedField[] {
  if (type === 'safety-stock') return ['safetyStock'];
  if (type !== 'count') return [];
  return openOrders === 'deducted' ? ['onHand', 'countedAt', 'reserved'] : ['onHand', 'countedAt'];
}
