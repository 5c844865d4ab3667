import * as z from 'zod';
import { patiently } from '../../shared/contention.ts';
import { type Database, type Key, readBatch, transact } from '../../shared/database.ts';
import type { Tables } from './env.ts';
import { countedOrderKey, countedRefundKey, historyKey } from './refund-keys.ts';

/** Orders of one customer may be counted by several functions at once, and each of them comes to an end. */
const patienceMs = 10_000;

const Marker = z.object({ sk: z.string() });
const First = z.object({ firstOrderAt: z.string() });

/** What customers ordered and had refunded. Each order has a marker beside the sums, so that it counts once. */
export function createHistoryStore(db: Database, { REFUND_TABLE_NAME: table }: Pick<Tables, 'REFUND_TABLE_NAME'>) {
  /** Changes the sums and puts the marker, unless it is there; `change` is made from what the sums are. */
  const once = (marker: Key, sums: Key, change: (sums: unknown) => Change) =>
    patiently(patienceMs, async () => {
      const items = (await readBatch(db, { [table]: [marker, sums] }, true))[table] ?? [];
      const isMarker = (item: unknown) => Marker.parse(item).sk === marker.sk;
      if (items.some(isMarker)) return 'done';
      const put = { TableName: table, Item: marker, ConditionExpression: 'attribute_not_exists(pk)' };
      const update = { TableName: table, Key: sums, ...change(items.find((item) => !isMarker(item))) };
      return (await transact(db, [{ Put: put }, { Update: update }])) === 'done' ? 'done' : undefined;
    });

  return {
    async countOrder(customerId: string, { orderId, placedAt }: { orderId: string; placedAt: string }): Promise<void> {
      const at = new Date(placedAt).toISOString();
      await once(countedOrderKey(customerId, orderId), historyKey(customerId), (sums) => {
        const first = First.safeParse(sums).data?.firstOrderAt;
        return first === undefined || at < first ? addFirstOrder(at) : addOrder;
      });
    },

    /** Of an order that was counted. */
    async countRefunded(customerId: string, orderId: string): Promise<void> {
      await once(countedRefundKey(customerId, orderId), historyKey(customerId), () => addRefunded);
    },
  };
}
export type HistoryStore = ReturnType<typeof createHistoryStore>;

type Change = {
  UpdateExpression: string;
  ConditionExpression?: string;
  ExpressionAttributeValues: Record<string, unknown>;
};

const addOrder: Change = {
  UpdateExpression: 'SET orders = orders + :one',
  ExpressionAttributeValues: { ':one': 1 },
};

/** The earliest so far, which it must still be when it is written. */
const addFirstOrder = (at: string): Change => ({
  UpdateExpression:
    'SET orders = if_not_exists(orders, :none) + :one, refundedOrders = if_not_exists(refundedOrders, :none), firstOrderAt = :at',
  ConditionExpression: 'attribute_not_exists(firstOrderAt) OR firstOrderAt > :at',
  ExpressionAttributeValues: { ':none': 0, ':one': 1, ':at': at },
});

const addRefunded: Change = {
  UpdateExpression: 'SET refundedOrders = refundedOrders + :one',
  ExpressionAttributeValues: { ':one': 1 },
};
