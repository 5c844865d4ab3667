import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { ulid } from 'ulid';
import * as z from 'zod';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { releaseAction } from '../../../shared/stock/reservation-actions.ts';
import { type Reservation, reserveAction } from '../../../shared/stock/reservation.ts';
import type { PlacedOrder } from '../order/decide.ts';
import { type Opening, OrderItem } from '../order/order-item.ts';
import type { OrderWrites } from '../order/placement-store.ts';
import {
  OpenPlacement,
  openPlacements,
  orderIdOfKey,
  placementIndexKeys,
  placementKey,
  planItem,
  planKey,
  StoredPlan,
} from '../../../shared/orders/placement-item.ts';

const StoredCause = z.object({
  actor: z.string(),
  correlationId: z.string(),
  causationId: z.string(),
  now: z.number(),
});
const StoredOpening = OrderItem.pick({ payments: true, holdReasons: true, paymentWindowMinutes: true }).extend({
  awaitedVersion: z.int().positive().optional(),
});
const Plan = z.object({
  order: OrderPlaced.envelope.shape.detail.shape.data,
  opening: StoredOpening,
  cause: StoredCause,
});
type Plan = z.infer<typeof Plan>;
const IndexEntry = z.object({ placedKey: z.string() });

const staleAtOnce = 100;

/**
 * Orders that take more than one transaction to place. Each write is one transaction, conditional on where the placement
 * stands, so that whoever does it a second time, or from an old view, does nothing and is told `lost`.
 */
export function createChunkedPlacementStore(db: Database, orderTable: string, stockTable: string, writes: OrderWrites) {
  /** Moves the placement on, if it stands at `taken` steps in `state`. */
  const mark = ({ orderId, attemptId }: OpenPlacement, state: OpenPlacement['state'], from: number, to: number) =>
    ({
      Update: {
        TableName: orderTable,
        Key: placementKey(orderId),
        UpdateExpression: 'SET #taken = :to',
        ConditionExpression: 'attemptId = :attempt AND #state = :state AND #taken = :from',
        ExpressionAttributeNames: { '#taken': 'taken', '#state': 'state' },
        ExpressionAttributeValues: { ':attempt': attemptId, ':state': state, ':from': from, ':to': to },
      },
    }) satisfies Action;

  /** Ends the placement, if it stands at `taken` steps in `state`. */
  const end = ({ orderId, attemptId }: OpenPlacement, state: OpenPlacement['state'], taken: number): Action[] => [
    {
      Delete: {
        TableName: orderTable,
        Key: placementKey(orderId),
        ConditionExpression: 'attemptId = :attempt AND #state = :state AND #taken = :taken',
        ExpressionAttributeNames: { '#taken': 'taken', '#state': 'state' },
        ExpressionAttributeValues: { ':attempt': attemptId, ':state': state, ':taken': taken },
      },
    },
    { Delete: { TableName: orderTable, Key: planKey(orderId) } },
  ];

  return {
    async find(orderId: string): Promise<OpenPlacement | undefined> {
      const [item] = (await readBatch(db, { [orderTable]: [placementKey(orderId)] }, true))[orderTable] ?? [];
      return item === undefined ? undefined : OpenPlacement.parse(item);
    },

    /** What is being placed; undefined if this placement ended meanwhile. */
    async plan({ orderId, attemptId }: OpenPlacement): Promise<Plan | undefined> {
      const [item] = (await readBatch(db, { [orderTable]: [planKey(orderId)] }, true))[orderTable] ?? [];
      const stored = item === undefined ? undefined : StoredPlan.parse(item);
      if (stored?.attemptId !== attemptId) return undefined;
      return Plan.parse(stored.plan);
    },

    /**
     * Writes down at `now` (milliseconds) what is going to be taken, before anything is. `lost`: the order is being placed
     * already.
     */
    begin(
      order: PlacedOrder,
      opening: Opening,
      contentHash: string,
      cause: Cause,
      now: number,
    ): Promise<'done' | 'version-conflict'> {
      const { orderId } = order;
      const attemptId = ulid(cause.now);
      const startedAt = new Date(now).toISOString();
      const open: OpenPlacement = { orderId, contentHash, attemptId, state: 'reserving', taken: 0, startedAt };
      const plan: Plan = { order, opening, cause };
      return transact(db, [
        {
          Put: {
            TableName: orderTable,
            Item: { ...placementKey(orderId), ...placementIndexKeys(open), ...open },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        { Put: { TableName: orderTable, Item: planItem(open, plan) } },
      ]);
    },

    take: (open: OpenPlacement, step: number, takes: Reservation[]): Promise<'done' | 'version-conflict'> =>
      transact(db, [...takes.map((take) => reserveAction(stockTable, take)), mark(open, 'reserving', step, step + 1)]),

    giveBack: (open: OpenPlacement, step: number, takes: Reservation[], now: number): Promise<'done' | 'version-conflict'> =>
      transact(db, [
        ...takes.map((take) => releaseAction(stockTable, take, now)),
        mark(open, 'undoing', step + 1, step),
      ]),

    /** From now on the placement is undone, if it still stands at `taken` steps. */
    turnBack: (open: OpenPlacement, taken: number): Promise<'done' | 'version-conflict'> => {
      const { Update } = mark(open, 'reserving', taken, taken);
      const UpdateExpression = 'SET #state = :undoing, #taken = :to';
      const ExpressionAttributeValues = { ...Update.ExpressionAttributeValues, ':undoing': 'undoing' };
      return transact(db, [{ Update: { ...Update, UpdateExpression, ExpressionAttributeValues } }]);
    },

    /** The order comes to be, with its event, and its placement ends. */
    finish: (
      open: OpenPlacement,
      { order, opening, cause }: Plan,
      steps: number,
    ): Promise<'done' | 'version-conflict'> =>
      transact(db, [
        ...writes({ order, opening, contentHash: open.contentHash, cause }),
        ...end(open, 'reserving', steps),
      ]),

    /** Ends a placement that has given everything back. */
    close: (open: OpenPlacement): Promise<'done' | 'version-conflict'> => transact(db, end(open, 'undoing', 0)),

    /** Orders whose placement began before this RFC 3339 time in UTC and has not ended, some of them if there are many. */
    async stale(before: string): Promise<string[]> {
      const pages = await Promise.all(
        openPlacements.keysOf().map((key) =>
          db.send(
            new QueryCommand({
              TableName: orderTable,
              IndexName: openPlacements.name,
              KeyConditionExpression: '#key = :key AND placedKey < :before',
              ExpressionAttributeNames: { '#key': openPlacements.attribute },
              ExpressionAttributeValues: { ':key': key, ':before': before },
              Limit: staleAtOnce,
            }),
          ),
        ),
      );
      return pages.flatMap(({ Items = [] }) => Items.map((item) => orderIdOfKey(IndexEntry.parse(item).placedKey)));
    },
  };
}
export type ChunkedPlacementStore = ReturnType<typeof createChunkedPlacementStore>;
