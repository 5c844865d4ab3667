import * as z from 'zod';
import type { Reservation } from '../stock/reservation.ts';
import { orderPartition, recordIndex, shardOf } from './order-keys.ts';

/**
 * The stock that a change releases or ships in several transactions after its own, because it does not fit one. Each step
 * writes `stepSize` reservations of `takes`; `settled` steps are done. The remaining units are still reserved, although
 * the order no longer counts them. The last step deletes the item.
 */
export const SettlementItem = z.object({
  orderId: z.string(),
  /** Version of the order after the change. */
  version: z.int().positive(),
  kind: z.enum(['release', 'ship']),
  takes: z.array(
    z.object({
      sku: z.string(),
      from: z.array(z.object({ warehouse: z.string(), units: z.int().positive() })).readonly(),
    }),
  ),
  settled: z.int().nonnegative(),
  stepSize: z.int().positive(),
  /** Cause of the change; `now` is its time, in milliseconds since the epoch. */
  cause: z.object({ actor: z.string(), correlationId: z.string(), causationId: z.string(), now: z.number() }),
});
export type SettlementItem = z.infer<typeof SettlementItem>;

export const settlementKey = ({ orderId, version }: Pick<SettlementItem, 'orderId' | 'version'>) => ({
  pk: orderPartition(orderId),
  sk: `SETTLEMENT#${String(version).padStart(8, '0')}`,
});

export const openSettlements = recordIndex('SETTLEMENT');

/** The index attributes of an open settlement, sorted by time. */
export const settlementIndexKeys = ({ orderId, version, cause }: SettlementItem) => ({
  [openSettlements.attribute]: openSettlements.keysOf()[shardOf(orderId)],
  placedKey: `${new Date(cause.now).toISOString()}#${orderId}#${version}`,
});

/** Reservations that are not yet released or shipped. */
export const remainingReservations = ({ takes, settled, stepSize }: SettlementItem): Reservation[] =>
  takes.slice(settled * stepSize);
