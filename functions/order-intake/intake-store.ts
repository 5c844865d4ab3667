import * as z from 'zod';
import { type Action, type Database, readBatch, transact } from '../../shared/database.ts';
import { type Cause, newEvent } from '../../shared/events/define-event.ts';
import { OrderRefused } from '../../shared/events/order-refused.ts';
import { outboxItem } from '../../shared/outbox.ts';
import { IntakeRecord, intakeKey } from './intake-item.ts';
import { isAwaited, OrderItem, orderKey, orderPartition } from './order-item.ts';
import { isInSight, type Sight } from './sight.ts';

const Identity = OrderItem.pick({ orderId: true, contentHash: true, placedEventId: true });
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
        Item: { ...intakeKey(record.orderId), ...record },
        ConditionExpression: `${isNew} OR (attemptId = :attempt AND #status = :accepted)`,
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':attempt': record.attemptId, ':accepted': 'accepted' },
      },
    },
    { Put: { TableName: orderTable, Item: outboxItem(orderPartition(record.orderId), refusedEvent(record, cause)) } },
  ];

  return {
    standing,

    /** Writes what was accepted, each in place of the refused attempt given with it, or nothing if any has changed. */
    accept: (accepted: readonly { record: IntakeRecord; insteadOf: string | undefined }[]): Promise<'done' | 'lost'> =>
      transact(
        db,
        accepted.map(({ record, insteadOf }) => ({
          Put: {
            TableName: orderTable,
            Item: { ...intakeKey(record.orderId), ...record },
            ...(insteadOf === undefined
              ? { ConditionExpression: isNew }
              : { ConditionExpression: 'attemptId = :old', ExpressionAttributeValues: { ':old': insteadOf } }),
          },
        })),
      ),

    /** Writes refusals with their events, or nothing if one of the orders was decided meanwhile; at most 33 at once. */
    refuse: (refusals: readonly Refusal[]): Promise<'done' | 'lost'> => transact(db, refusals.flatMap(refusalActions)),

    /** The queued order, if it exists in the caller's sight. */
    async visible(orderId: string, sight: Sight): Promise<IntakeRecord | undefined> {
      const [item] = (await readBatch(db, { [orderTable]: [intakeKey(orderId)] }, true))[orderTable] ?? [];
      const record = item === undefined ? undefined : IntakeRecord.parse(item);
      return record && isInSight(record.channel, sight) ? record : undefined;
    },
  };
}
export type IntakeStore = ReturnType<typeof createIntakeStore>;

const isNew = 'attribute_not_exists(pk)';

const refusedEvent = ({ orderId, externalOrderId, channel, acceptedAt, problem }: IntakeRecord, cause: Cause) =>
  newEvent(
    OrderRefused,
    { orderId, externalOrderId, channel, acceptedAt, problem: problem ?? { type: 'unknown', title: '', status: 500 } },
    cause,
  );
