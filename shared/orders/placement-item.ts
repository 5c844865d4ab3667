import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { maxActionsPerTransaction } from '../dynamodb/transaction-limits.ts';
import { type Reservation, reservationsOf } from '../stock/reservation.ts';
import { besideStatuses, orderPartition, shardOf } from './order-keys.ts';

/** Beside the order and its event. */
export const skusPerTransaction = maxActionsPerTransaction - 2;
/** One of the actions marks the step. The rest is room for what a step may come to need. */
const skusPerStep = 90;

/**
 * An order that is reserved in several transactions, from the first to the last of them; nobody outside sees it. `taken`
 * counts the steps whose stock is taken. `attemptId` tells it from a later placement of the same order.
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
/** Beside the record, as each step writes that: what is being placed may have hundreds of KB. */
export const planKey = (orderId: string) => ({ pk: orderPartition(orderId), sk: 'PLACEMENT#PLAN' });

const PlannedOrder = z.looseObject({
  order: z.looseObject({
    lines: z.array(z.looseObject({ sku: z.string(), warehouse: z.string(), quantity: z.int() })),
  }),
});
/** What is being placed. Only its placement knows the whole of it, which its item holds as JSON in gzip. */
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

/** What a placement has reserved so far; nothing if the plan is of another attempt, so that this one has ended. */
export const heldBy = (open: OpenPlacement, { attemptId, plan }: z.infer<typeof StoredPlan>): Reservation[] =>
  attemptId === open.attemptId ? stepsOf(plan.order).slice(0, open.taken).flat() : [];

export const openPlacements = besideStatuses('PLACEMENT');

/** The attributes by which the index finds an open placement. `placedKey` looks like an order's, so that it sorts. */
export const placementIndexKeys = ({ orderId, startedAt }: OpenPlacement) => ({
  [openPlacements.attribute]: openPlacements.keysOf()[shardOf(orderId)],
  placedKey: `${startedAt}#${orderId}`,
});
export const orderIdOfKey = (placedKey: string) => placedKey.slice(placedKey.indexOf('#') + 1);

/**
 * What each transaction takes. All orders take SKUs in one order: of two that want the same scarce SKUs, the one that
 * has the first of them is not refused for another that the loser still holds.
 */
export function stepsOf({ lines }: { lines: Parameters<typeof reservationsOf>[0] }): Reservation[][] {
  const takes = reservationsOf(lines).sort((a, b) => (a.sku < b.sku ? -1 : 1));
  return Array.from({ length: Math.ceil(takes.length / skusPerStep) }, (_, step) =>
    takes.slice(step * skusPerStep, (step + 1) * skusPerStep),
  );
}
