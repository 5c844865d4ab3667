import { PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { monotonicFactory } from 'ulid';
import * as z from 'zod';
import { type ChannelAccess, isVisible } from '../../../shared/access/channel-access.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderRefused } from '../../../shared/contracts/orders/refusal-events.ts';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { intakeKey, orderKey, orderPartition } from '../../../shared/orders/order-keys.ts';
import { isEarlyPayments, OrderItem } from '../order/order-item.ts';
import { acceptedIndex, acceptedKey, intakeItem, IntakeRecord, isExpired, orderIdOfAccepted } from './intake-item.ts';
import { quotaExpiresAt, quotaKey } from './queue-quota.ts';

const Identity = OrderItem.pick({ orderId: true, contentHash: true, placedEventId: true });
const IndexEntry = z.object({ placedKey: z.string() });
/** Item with the position of `resendAccepted` in the index of accepted orders. */
const resendPositionKey = { pk: 'INTAKE', sk: 'LOOKED-UP-TO' };
const ResendPosition = z.object({ key: z.string() });
const acceptedPerShard = 100;
type Accepted = { key: string; orderId: string };
const SortKey = z.object({ sk: z.string() });

/** Ids of one process are in the order of the calls, also within a millisecond. */
const nextUlid = monotonicFactory();

/** The order and the record of a queued order, if they exist. */
export type IntakeState = { order?: z.infer<typeof Identity>; intake?: IntakeRecord };
export type Refusal = { record: IntakeRecord; cause: Cause };

/** The repository of queued orders. */
export function createIntakeStore(db: Database, orderTable: string) {
  const states = async (orderIds: readonly string[]): Promise<Map<string, IntakeState>> => {
    const keys = orderIds.flatMap((orderId) => [orderKey(orderId), intakeKey(orderId)]);
    const items = (await readBatch(db, { [orderTable]: keys }, true)).get(orderTable) ?? [];
    const found = new Map<string, IntakeState>();
    for (const item of items) {
      if (SortKey.parse(item).sk === 'INTAKE') {
        const intake = IntakeRecord.parse(item);
        found.set(intake.orderId, { ...found.get(intake.orderId), intake });
      } else if (!isEarlyPayments(item)) {
        const order = Identity.parse(item);
        found.set(order.orderId, { ...found.get(order.orderId), order });
      }
    }
    return found;
  };

  const refusalActions = ({ record, cause }: Refusal): Action[] => [
    {
      ConditionCheck: {
        TableName: orderTable,
        Key: orderKey(record.orderId),
        ConditionExpression: `${isNew} OR isAwaited = :awaited`,
        ExpressionAttributeValues: { ':awaited': true },
      },
    },
    {
      Put: {
        TableName: orderTable,
        Item: intakeItem(record),
        ConditionExpression: `${isNew} OR (attemptId = :attempt AND #status = :accepted)`,
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':attempt': record.attemptId, ':accepted': 'accepted' },
      },
    },
    { Put: { TableName: orderTable, Item: outboxItem(orderPartition(record.orderId), refusedEvent(record, cause)) } },
  ];

  return {
    /** A new attempt id; it sorts after earlier ones. */
    nextAttemptId: (now: number): string => nextUlid(now),

    /** The states of these orders, by id. */
    states,

    /** The records of these orders, by id. */
    async records(orderIds: readonly string[]): Promise<Map<string, IntakeRecord>> {
      const items = (await readBatch(db, { [orderTable]: orderIds.map(intakeKey) }, true)).get(orderTable) ?? [];
      return new Map(items.map((item) => IntakeRecord.parse(item)).map((record) => [record.orderId, record]));
    },

    /** Writes records of accepted orders. Each replaces the refused attempt `replaces`, or must be the order's first. */
    async accept(
      accepted: readonly { record: IntakeRecord; replaces: string | undefined }[],
    ): Promise<'done' | 'version-conflict'> {
      const puts = accepted.map(({ record, replaces }) => ({
        TableName: orderTable,
        Item: intakeItem(record),
        ...(replaces === undefined
          ? { ConditionExpression: isNew }
          : { ConditionExpression: 'attemptId = :old', ExpressionAttributeValues: { ':old': replaces } }),
      }));
      const [only] = puts;
      // A single write costs half of a transaction.
      return only && puts.length === 1
        ? writeOnce(db.send(new PutCommand(only)))
        : transact(
            db,
            puts.map((Put) => ({ Put })),
          );
    },

    /** Adds orders to a counter of the channel's queued orders, unless it would then have more than `most`. */
    async countQueued(
      { channel, counter }: { channel: string; counter: string },
      orders: number,
      most: number,
      now: number,
    ): Promise<'done' | 'full'> {
      const outcome = await writeOnce(
        db.send(
          new UpdateCommand({
            TableName: orderTable,
            Key: quotaKey(channel, counter),
            UpdateExpression: 'SET expiresAt = :expiresAt ADD orders :orders',
            ConditionExpression: 'attribute_not_exists(orders) OR orders <= :most',
            ExpressionAttributeValues: {
              ':orders': orders,
              ':most': most - orders,
              ':expiresAt': quotaExpiresAt(now),
            },
          }),
        ),
      );
      return outcome === 'done' ? 'done' : 'full';
    },

    /** Removes decided orders from their counter. */
    async countDecided({ channel, counter }: { channel: string; counter: string }, orders: number): Promise<void> {
      await writeOnce(
        db.send(
          new UpdateCommand({
            TableName: orderTable,
            Key: quotaKey(channel, counter),
            UpdateExpression: 'ADD orders :orders',
            ConditionExpression: 'attribute_exists(orders)',
            ExpressionAttributeValues: { ':orders': -orders },
          }),
        ),
      );
    },

    /** Writes up to 33 refusals with their events. `version-conflict`: one of the orders is decided already. */
    refuse: (refusals: readonly Refusal[]): Promise<'done' | 'version-conflict'> =>
      transact(db, refusals.flatMap(refusalActions)),

    /** Orders accepted between two keys of the index, in order; `isComplete`: there are no more. */
    async acceptedBetween(after: string, before: string): Promise<{ accepted: Accepted[]; isComplete: boolean }> {
      const pages = await Promise.all(
        acceptedIndex.keysOf().map((key) =>
          db.send(
            new QueryCommand({
              TableName: orderTable,
              IndexName: acceptedIndex.name,
              KeyConditionExpression: '#key = :key AND placedKey BETWEEN :after AND :before',
              ExpressionAttributeNames: { '#key': acceptedIndex.attribute },
              ExpressionAttributeValues: { ':key': key, ':after': `${after} `, ':before': before },
              Limit: acceptedPerShard,
            }),
          ),
        ),
      );
      const listed = pages.map(({ Items = [], LastEvaluatedKey }) => ({
        keys: Items.map((item) => IndexEntry.parse(item).placedKey),
        hasMore: LastEvaluatedKey !== undefined,
      }));
      // A shard with more keys limits the result to the last key of its page.
      const ends = listed.flatMap(({ keys, hasMore }) => (hasMore ? (keys.at(-1) ?? []) : []));
      const end = ends.toSorted()[0];
      const keys = listed.flatMap((page) => page.keys).filter((key) => end === undefined || key <= end);
      return {
        accepted: keys.toSorted().map((key) => ({ key, orderId: orderIdOfAccepted(key) })),
        isComplete: end === undefined,
      };
    },

    /** The key up to which `resendAccepted` has processed the index. */
    async resendPosition(): Promise<string> {
      const [item] = (await readBatch(db, { [orderTable]: [resendPositionKey] }, true)).get(orderTable) ?? [];
      return item === undefined ? acceptedKey('') : ResendPosition.parse(item).key;
    },
    async setResendPosition(key: string): Promise<void> {
      await db.send(new PutCommand({ TableName: orderTable, Item: { ...resendPositionKey, key } }));
    },

    /** The record, if it is visible to the caller and not expired at `now` (milliseconds). */
    async visible(orderId: string, access: ChannelAccess, now: number): Promise<IntakeRecord | undefined> {
      const [item] = (await readBatch(db, { [orderTable]: [intakeKey(orderId)] }, true)).get(orderTable) ?? [];
      const record = item === undefined ? undefined : IntakeRecord.parse(item);
      return record && !isExpired(record, now) && isVisible(record.channel, access) ? record : undefined;
    },
  };
}
export type IntakeStore = ReturnType<typeof createIntakeStore>;

const isNew = 'attribute_not_exists(pk)';

async function writeOnce(write: Promise<unknown>): Promise<'done' | 'version-conflict'> {
  try {
    await write;
    return 'done';
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return 'version-conflict';
    throw error;
  }
}

const refusedEvent = ({ orderId, externalOrderId, channel, acceptedAt, problem }: IntakeRecord, cause: Cause) =>
  newEvent(
    OrderRefused,
    { orderId, externalOrderId, channel, acceptedAt, problem: problem ?? { type: 'unknown', title: '', status: 500 } },
    cause,
  );
