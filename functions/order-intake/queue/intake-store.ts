import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderRefused } from '../../../shared/contracts/orders/refusal-events.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import {
  acceptedIndex,
  acceptedKey,
  intakeItem,
  IntakeRecord,
  intakeKey,
  isForgotten,
  orderIdOfAccepted,
} from './intake-item.ts';
import { isAwaited, OrderItem, orderKey, orderPartition } from '../order/order-item.ts';
import { isVisible, type ChannelAccess } from '../../../shared/access/channel-access.ts';

const Identity = OrderItem.pick({ orderId: true, contentHash: true, placedEventId: true });
const IndexEntry = z.object({ placedKey: z.string() });
/** Where the sweep that looks for orders which were accepted and never sent has got to. */
const lookedUpToKey = { pk: 'INTAKE', sk: 'LOOKED-UP-TO' };
const LookedUpTo = z.object({ key: z.string() });
const acceptedPerKey = 100;
type Accepted = { key: string; orderId: string };
const SortKey = z.object({ sk: z.string() });

/** Of a queued order's two items, those that exist. */
type Standing = { order?: z.infer<typeof Identity>; intake?: IntakeRecord };
export type Refusal = { record: IntakeRecord; cause: Cause };

/** Orders that were answered before they were decided. */
export function createIntakeStore(db: Database, orderTable: string) {
  /** Where these orders stand, by id. */
  const standing = async (orderIds: readonly string[]): Promise<Map<string, Standing>> => {
    const keys = orderIds.flatMap((orderId) => [orderKey(orderId), intakeKey(orderId)]);
    const items = (await readBatch(db, { [orderTable]: keys }, true))[orderTable] ?? [];
    const found = new Map<string, Standing>();
    for (const item of items) {
      if (SortKey.parse(item).sk === 'INTAKE') {
        const intake = IntakeRecord.parse(item);
        found.set(intake.orderId, { ...found.get(intake.orderId), intake });
      } else if (!isAwaited(item)) {
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
    standing,

    /** What is written down of these queued orders, by id. */
    async records(orderIds: readonly string[]): Promise<Map<string, IntakeRecord>> {
      const items = (await readBatch(db, { [orderTable]: orderIds.map(intakeKey) }, true))[orderTable] ?? [];
      return new Map(items.map((item) => IntakeRecord.parse(item)).map((record) => [record.orderId, record]));
    },

    /** Writes what was accepted, each in place of the refused attempt given with it, or nothing if any has changed. */
    async accept(
      accepted: readonly { record: IntakeRecord; insteadOf: string | undefined }[],
    ): Promise<'done' | 'version-conflict'> {
      const puts = accepted.map(({ record, insteadOf }) => ({
        TableName: orderTable,
        Item: intakeItem(record),
        ...(insteadOf === undefined
          ? { ConditionExpression: isNew }
          : { ConditionExpression: 'attemptId = :old', ExpressionAttributeValues: { ':old': insteadOf } }),
      }));
      const [only] = puts;
      // By itself a write is half the price of a transaction.
      return only && puts.length === 1
        ? unlessLost(db.send(new PutCommand(only)))
        : transact(
            db,
            puts.map((Put) => ({ Put })),
          );
    },

    /** Writes refusals with their events, or nothing if one of the orders was decided meanwhile; at most 33 at once. */
    refuse: (refusals: readonly Refusal[]): Promise<'done' | 'version-conflict'> =>
      transact(db, refusals.flatMap(refusalActions)),

    /** Some of the orders accepted behind one key of the index and before another, by key; `isWhole` if they are all. */
    async acceptedBetween(after: string, before: string): Promise<{ accepted: Accepted[]; isWhole: boolean }> {
      const pages = await Promise.all(
        acceptedIndex.keysOf().map((key) =>
          db.send(
            new QueryCommand({
              TableName: orderTable,
              IndexName: acceptedIndex.name,
              KeyConditionExpression: '#key = :key AND placedKey BETWEEN :after AND :before',
              ExpressionAttributeNames: { '#key': acceptedIndex.attribute },
              ExpressionAttributeValues: { ':key': key, ':after': `${after} `, ':before': before },
              Limit: acceptedPerKey,
            }),
          ),
        ),
      );
      const listed = pages.map(({ Items = [], LastEvaluatedKey }) => ({
        keys: Items.map((item) => IndexEntry.parse(item).placedKey),
        isCut: LastEvaluatedKey !== undefined,
      }));
      // Behind the end of a page that was cut, others may be missing.
      const ends = listed.flatMap(({ keys, isCut }) => (isCut ? (keys.at(-1) ?? []) : []));
      const end = ends.toSorted()[0];
      const keys = listed.flatMap((page) => page.keys).filter((key) => end === undefined || key <= end);
      return {
        accepted: keys.toSorted().map((key) => ({ key, orderId: orderIdOfAccepted(key) })),
        isWhole: end === undefined,
      };
    },

    /** Behind which key of that index nobody has looked yet. */
    async lookedUpTo(): Promise<string> {
      const [item] = (await readBatch(db, { [orderTable]: [lookedUpToKey] }, true))[orderTable] ?? [];
      return item === undefined ? acceptedKey('') : LookedUpTo.parse(item).key;
    },
    async lookUpTo(key: string): Promise<void> {
      await db.send(new PutCommand({ TableName: orderTable, Item: { ...lookedUpToKey, key } }));
    },

    /** The queued order, if it exists in the caller's access at `now` (milliseconds). */
    async visible(orderId: string, access: ChannelAccess, now: number): Promise<IntakeRecord | undefined> {
      const [item] = (await readBatch(db, { [orderTable]: [intakeKey(orderId)] }, true))[orderTable] ?? [];
      const record = item === undefined ? undefined : IntakeRecord.parse(item);
      return record && !isForgotten(record, now) && isVisible(record.channel, access) ? record : undefined;
    },
  };
}
export type IntakeStore = ReturnType<typeof createIntakeStore>;

const isNew = 'attribute_not_exists(pk)';

async function unlessLost(write: Promise<unknown>): Promise<'done' | 'version-conflict'> {
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
