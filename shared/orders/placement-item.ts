import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { maxActionsPerTransaction } from '../dynamodb/transaction-limits.ts';
import { type Reservation, reservationsOf } from '../stock/reservation.ts';
import { orderPartition, recordIndex, shardOf } from './order-keys.ts';

/** The order and its event take two actions. */
export const skusPerTransaction = maxActionsPerTransaction - 2;
/** One action counts the chunk. The others are a reserve for later needs. */
const skusPerChunk = 90;

/**
 * An order whose stock is being reserved in chunks, one transaction each. Clients do not see it. `taken` is the number of
 * reserved chunks. `attemptId` distinguishes it from a later placement of the same order.
 */
export const OpenPlacement = z.object({
  orderId: z.string(),
  contentHash: z.string(),
  attemptId: z.string(),
  state: z.enum(['reserving', 'undoing']),
  taken: z.int().nonnegative(),
  /** RFC 3339, UTC. */
  startedAt: z.string(),
});
export type OpenPlacement = z.infer<typeof OpenPlacement>;

export const placementKey = (orderId: string) => ({ pk: orderPartition(orderId), sk: 'PLACEMENT' });
/** The plan is a separate item, because it may have hundreds of KB and each chunk rewrites the placement's item. */
export const planKey = (orderId: string) => ({ pk: orderPartition(orderId), sk: 'PLACEMENT#PLAN' });

const PlannedOrder = z.looseObject({
  order: z.looseObject({
    lines: z.array(z.looseObject({ sku: z.string(), warehouse: z.string(), quantity: z.int() })),
  }),
});
/** The order to place, as JSON in gzip. This schema has only the members that the stock audit reads. */
export const StoredPlan = z.object({
  attemptId: z.string(),
  plan: z
    .instanceof(Uint8Array)
    .transform((bytes): unknown => JSON.parse(gunzipSync(bytes).toString('utf8')))
    .pipe(PlannedOrder),
});
export const planItem = ({ orderId, attemptId }: OpenPlacement, plan: z.input<typeof PlannedOrder>) => ({
  ...planKey(orderId),
  attemptId,
  plan: gzipSync(JSON.stringify(plan)),
});

/** Reservations of an open placement; none if the plan belongs to another attempt, because this one has ended then. */
export const reservedBy = (open: OpenPlacement, { attemptId, plan }: z.infer<typeof StoredPlan>): Reservation[] =>
  attemptId === open.attemptId ? chunksOf(plan.order).slice(0, open.taken).flat() : [];

export const openPlacements = recordIndex('PLACEMENT');

/** The index attributes of an open placement. `placedKey` starts with the time, like that of an order. */
export const placementIndexKeys = ({ orderId, startedAt }: OpenPlacement) => ({
  [openPlacements.attribute]: openPlacements.keysOf()[shardOf(orderId)],
  placedKey: `${startedAt}#${orderId}`,
});
export const orderIdOfKey = (placedKey: string) => placedKey.slice(placedKey.indexOf('#') + 1);

/**
 * Reservations by chunk, sorted by SKU. The common order prevents that two orders for the same scarce SKUs each reserve
 * a part and both are refused.
 */
export function chunksOf({ lines }: { lines: Parameters<typeof reservationsOf>[0] }): Reservation[][] {
  const reservations = reservationsOf(lines).sort((a, b) => (a.sku < b.sku ? -1 : 1));
  return Array.from({ length: Math.ceil(reservations.length / skusPerChunk) }, (_, index) =>
    reservations.slice(index * skusPerChunk, (index + 1) * skusPerChunk),
  );
}
