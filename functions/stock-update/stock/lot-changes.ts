import type { RejectionReason } from '../../../shared/contracts/stock/routes.ts';
import { type Lot, lotSortKey } from '../../../shared/stock/lot.ts';
import { type StockSnapshot, type Transit, transitSortKey } from './snapshot.ts';
import type { SubmittedMovement } from './submitted-movement.ts';

/** Units of a lot that are expired: all that are not unavailable for another reason. */
const expiredUnitsOf = ({ units, unavailable = 0, expiresOn }: Lot, cutoff: string): number =>
  expiresOn !== undefined && expiresOn < cutoff ? units - unavailable : 0;

export type LotDeltas = { onHand: number; damaged?: number; inspection?: number };
/** A refused change of a lot; `detail` names both expiry days. */
export type LotRefusal = { reason: RejectionReason; detail?: string };

/**
 * The lot after a movement and the change of its expired units, or why it is rejected. A count does not distinguish lots
 * and changes none. `now` is in milliseconds, `cutoff` as in `expiryCutoff`.
 */
export function lotAfter(
  movement: SubmittedMovement,
  { onHand, damaged = 0, inspection = 0 }: LotDeltas,
  { lots, transits }: StockSnapshot,
  { now, cutoff }: { now: number; cutoff: string },
): { lot: Lot; expiredDelta: number } | LotRefusal | undefined {
  const { sku, warehouse, type, lot, transferId } = movement;
  const unavailableDelta = damaged + inspection;
  if (lot === undefined || type === 'count') return undefined;
  const isCorrection = type === 'expiry-correction';
  if (!isCorrection && onHand === 0 && unavailableDelta === 0) return undefined;
  const before = lots.get(lotSortKey(warehouse, lot));
  if (isCorrection && !before) return { reason: 'insufficient-lot' };
  const arrived = transferId === undefined ? undefined : transits.get(transitSortKey(transferId, lot));
  const expiresOn = movement.expiresOn ?? (type === 'transfer-in' ? arrived?.expiresOn : undefined);
  const stored = isCorrection ? undefined : before?.expiresOn;
  if (expiresOn !== undefined && stored !== undefined && stored !== expiresOn) {
    return { reason: 'lot-conflict', detail: `Lot ${lot} expires on ${stored}, and the movement has ${expiresOn}` };
  }
  const units = (before?.units ?? 0) + onHand;
  const unavailable = (before?.unavailable ?? 0) + unavailableDelta;
  if (unavailable < 0 || unavailable > units) return { reason: 'insufficient-lot' };
  const expiryDay = expiresOn ?? stored;
  // An empty lot that is received again is a new presence in the warehouse.
  const since = before && before.units > 0 ? before.since : new Date(now).toISOString();
  const after: Lot = {
    sku,
    warehouse,
    lot,
    units,
    ...(unavailable > 0 && { unavailable }),
    ...(expiryDay !== undefined && { expiresOn: expiryDay }),
    ...(since && { since }),
  };
  return withExpiredUnits(before, after, cutoff);
}

/** A lot with its expired units, and their change. */
export function withExpiredUnits(before: Lot | undefined, after: Lot, cutoff: string) {
  const { expired: _previous, ...lot } = after;
  const expired = expiredUnitsOf(lot, cutoff);
  return { lot: { ...lot, ...(expired > 0 && { expired }) }, expiredDelta: expired - (before?.expired ?? 0) };
}

/** Units in transit after a movement of a named transfer. A transfer without an id is not tracked. */
export function transitAfter(
  movement: SubmittedMovement,
  { lots, transits }: StockSnapshot,
): Transit | RejectionReason | undefined {
  const { sku, warehouse, type, quantity, lot, transferId } = movement;
  if (transferId === undefined) return undefined;
  const before = transits.get(transitSortKey(transferId, lot));
  if (type !== 'transfer-out' && !(before && before.units >= quantity)) return 'not-in-transit';
  if (type === 'transfer-in' && before) return { ...before, units: before.units - quantity };
  if (before && before.from !== warehouse) return 'transfer-conflict';
  if (type === 'transit-loss' && before) return { ...before, units: before.units - quantity };
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
