import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { ulid } from 'ulid';
import * as z from 'zod';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
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
import { releaseAction } from '../../../shared/stock/reservation-actions.ts';
import { type ClaimActions, claimActions } from '../../../shared/promotions/promotion-claim.ts';
import { type Reservation, reserveAction } from '../../../shared/stock/reservation.ts';
import { OrderItem } from '../order/order-item.ts';
import type { NewOrder, OrderWrites } from '../order/placement-store.ts';

const StoredCause = z.object({
  actor: z.string(),
  correlationId: z.string(),
  causationId: z.string(),
  now: z.number(),
});
const StoredInitialState = OrderItem.pick({
  payments: true,
  suspectedDuplicates: true,
  receivedAt: true,
  holdReasons: true,
  paymentWindowMinutes: true,
  promotionClaims: true,
}).extend({
  awaitedVersion: z.int().positive().optional(),
});
const StoredClaims = z.object({
  counters: z.array(z.object({ pk: z.string(), sk: z.string(), count: z.int(), most: z.int() })),
  codes: z.array(z.object({ code: z.string(), orderId: z.string(), maxUses: z.int() })),
});
/** The stored form of a `NewOrder`. */
const Plan = z.object({
  order: OrderPlaced.envelope.shape.detail.shape.data,
  opening: StoredInitialState,
  cause: StoredCause,
  claims: StoredClaims.optional(),
});
/** Arrays of the plan are mutable. */
const storedClaims = ({ counters, codes }: ClaimActions) => ({ counters: [...counters], codes: [...codes] });
const IndexEntry = z.object({ placedKey: z.string() });

const placementsPerShard = 100;

type Tables = { ORDER_TABLE_NAME: string; STOCK_TABLE_NAME: string; PROMOTION_TABLE_NAME: string };
type Written = Promise<'done' | 'version-conflict'>;

/**
 * Placements in chunks. Each write is one transaction, on condition of the placement's state and number of reserved
 * chunks, so that a repeated or outdated write is a version conflict.
 */
export function createChunkedPlacementStore(db: Database, tables: Tables, writes: OrderWrites) {
  const { ORDER_TABLE_NAME: orderTable, STOCK_TABLE_NAME: stockTable, PROMOTION_TABLE_NAME: promotionTable } = tables;
  /** Sets the number of reserved chunks, if it is `from` in `state`. */
  const countChunk = ({ orderId, attemptId }: OpenPlacement, state: OpenPlacement['state'], from: number, to: number) =>
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

  /** Deletes the placement, if it has `taken` reserved chunks in `state`. */
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
      const [item] = (await readBatch(db, { [orderTable]: [placementKey(orderId)] }, true)).get(orderTable) ?? [];
      return item === undefined ? undefined : OpenPlacement.parse(item);
    },

    /** The order to place; undefined if this placement has ended. */
    async plan({ orderId, attemptId }: OpenPlacement): Promise<Omit<NewOrder, 'contentHash'> | undefined> {
      const [item] = (await readBatch(db, { [orderTable]: [planKey(orderId)] }, true)).get(orderTable) ?? [];
      const stored = item === undefined ? undefined : StoredPlan.parse(item);
      if (stored?.attemptId !== attemptId) return undefined;
      const { order, opening, cause, claims } = Plan.parse(stored.plan);
      const { awaitedVersion: earlyPaymentsVersion, ...initialState } = opening;
      return { order, initialState: { ...initialState, earlyPaymentsVersion }, cause, claims };
    },

    /** Stores the plan at `now` (milliseconds). `version-conflict`: the order has an open placement. */
    begin({ order, initialState, contentHash, cause, claims }: NewOrder, now: number): Written {
      const { orderId } = order;
      const attemptId = ulid(cause.now);
      const startedAt = new Date(now).toISOString();
      const open: OpenPlacement = { orderId, contentHash, attemptId, state: 'reserving', taken: 0, startedAt };
      const { earlyPaymentsVersion: awaitedVersion, ...opening } = initialState;
      const plan: z.input<typeof Plan> = {
        order,
        opening: { ...opening, awaitedVersion },
        cause,
        claims: claims && storedClaims(claims),
      };
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

    /** Reserves the chunk at `index`. `version-conflict` also if a SKU is out of stock. */
    reserveChunk: (open: OpenPlacement, index: number, reservations: Reservation[]): Written =>
      transact(db, [
        ...reservations.map((reservation) => reserveAction(stockTable, reservation)),
        countChunk(open, 'reserving', index, index + 1),
      ]),

    /** Releases the chunk at `index` at `now` (milliseconds). */
    releaseChunk: (open: OpenPlacement, index: number, reservations: Reservation[], now: number): Written =>
      transact(db, [
        ...reservations.map((reservation) => releaseAction(stockTable, reservation, now)),
        countChunk(open, 'undoing', index + 1, index),
      ]),

    /** Changes the state to `undoing`, if `taken` chunks are reserved. */
    startUndo: (open: OpenPlacement, taken: number): Written => {
      const { Update } = countChunk(open, 'reserving', taken, taken);
      const UpdateExpression = 'SET #state = :undoing, #taken = :to';
      const ExpressionAttributeValues = { ...Update.ExpressionAttributeValues, ':undoing': 'undoing' };
      return transact(db, [{ Update: { ...Update, UpdateExpression, ExpressionAttributeValues } }]);
    },

    /**
     * Writes the order with its event, claims what it gets of promotions and deletes the placement, if `chunks` chunks are
     * reserved.
     */
    complete: (open: OpenPlacement, plan: Omit<NewOrder, 'contentHash'>, chunks: number): Written =>
      transact(db, [
        ...writes({ ...plan, contentHash: open.contentHash }),
        ...claimActions(promotionTable, plan.claims),
        ...end(open, 'reserving', chunks),
      ]),

    /** Deletes a placement whose chunks are all released. */
    remove: (open: OpenPlacement): Written => transact(db, end(open, 'undoing', 0)),

    /** Ids of orders whose open placement is older than this RFC 3339 time in UTC, up to 100 per shard. */
    async startedBefore(before: string): Promise<string[]> {
      const pages = await Promise.all(
        openPlacements.keysOf().map((key) =>
          db.send(
            new QueryCommand({
              TableName: orderTable,
              IndexName: openPlacements.name,
              KeyConditionExpression: '#key = :key AND placedKey < :before',
              ExpressionAttributeNames: { '#key': openPlacements.attribute },
              ExpressionAttributeValues: { ':key': key, ':before': before },
              Limit: placementsPerShard,
            }),
          ),
        ),
      );
      return pages.flatMap(({ Items = [] }) => Items.map((item) => orderIdOfKey(IndexEntry.parse(item).placedKey)));
    },
  };
}
export type ChunkedPlacementStore = ReturnType<typeof createChunkedPlacementStore>;
