import * as z from 'zod';
import type { Reservation } from '../stock/reservation.ts';
import { besideStatuses, orderPartition, shardOf } from './order-keys.ts';

/**
 * Stock that a change of an order gives back or ships, where that is more than fits the transaction of the change: it
 * follows in steps of `stepSize` takes, `settled` of which are done. Takes of later steps are still reserved, though the
 * order does not count them as its own any more. It lies beside its order until its last step.
 */
export const SettlementItem = z.object({
  orderId: z.string(),
  /** Of the order after the change. */
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
  /** Of the change; `now` is when it was made, in milliseconds since the epoch. */
  cause: z.object({ actor: z.string(), correlationId: z.string(), causationId: z.string(), now: z.number() }),
});
export type SettlementItem = z.infer<typeof SettlementItem>;

export const settlementKey = ({ orderId, version }: Pick<SettlementItem, 'orderId' | 'version'>) => ({
  pk: orderPartition(orderId),
  sk: `SETTLEMENT#${String(version).padStart(8, '0')}`,
});

export const openSettlements = besideStatuses('SETTLEMENT');

/** The attributes by which the index finds an open settlement, oldest first. */
export const settlementIndexKeys = ({ orderId, version, cause }: SettlementItem) => ({
  [openSettlements.attribute]: openSettlements.keysOf()[shardOf(orderId)],
  placedKey: `${new Date(cause.now).toISOString()}#${orderId}#${version}`,
});

/** What it has still to give back or ship. */
export const unsettled = ({ takes, settled, stepSize }: SettlementItem): Reservation[] =>
  takes.slice(settled * stepSize);
