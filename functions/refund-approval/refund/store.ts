import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { type Action, type Database, type Key, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { orderKey } from '../../../shared/orders/order-keys.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import type { RefundStatus } from '../../../shared/contracts/refunds/status.ts';
import { closingCase } from './case.ts';
import type { Change } from './change.ts';
import type { RefundSnapshot, RequestSnapshot } from '../requests/decide.ts';
import type { Tables } from '../env.ts';
import { createHistoryStore } from '../requests/history-store.ts';
import { withChargebacksOf, OrderSnapshot } from './order-snapshot.ts';
import { createPolicyStore } from './policy-store.ts';
import { RefundLedger, emptyLedger } from './refund-ledger.ts';
import {
  ledgerKey,
  indexKeys,
  orderIndex,
  receiptKey,
  refundedOrderKey,
  refundKey,
  refundPartition,
  type RefundIndex,
  statusIndex,
} from './refund-keys.ts';
import { RefundItem } from './refund-item.ts';
import { timelineOf } from '../../../shared/dynamodb/timeline.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';

const IndexEntry = z.object({ requestedKey: z.string() });

/** An order may be so busy that no moment of it can be seen. */
const patienceMs = 2_000;

type Together = Omit<RefundSnapshot, 'order'> & { order: OrderSnapshot | undefined };
const isSame = (a: Together, b: Together): boolean =>
  a.order?.version === b.order?.version &&
  a.ledger?.version === b.ledger?.version &&
  a.refund?.version === b.refund?.version;

/** Refunds and what was drawn from the pots of each order; reads the orders. */
export function createRefundStore(db: Database, { REFUND_TABLE_NAME: table, ORDER_TABLE_NAME: orders }: Tables) {
  const readOne = async (name: string, key: Key): Promise<unknown> =>
    ((await readBatch(db, { [name]: [key] }, true))[name] ?? [])[0];

  const readTogether = async (orderId: string, refundId: string) => {
    const keys = { [orders]: [orderKey(orderId)], [table]: [ledgerKey(orderId), refundKey(refundId)] };
    const items = await readBatch(db, keys, true);
    const find = <T>(schema: z.ZodType<T>, { sk }: Key) => {
      const found = items[table]?.find((item) => z.object({ sk: z.literal(sk) }).safeParse(item).success);
      return found === undefined ? undefined : schema.parse(found);
    };
    return {
      order: OrderSnapshot.safeParse((items[orders] ?? [])[0]).data,
      ledger: find(RefundLedger, ledgerKey(orderId)),
      refund: find(RefundItem, refundKey(refundId)),
    };
  };

  /** The order with what is disputed of the money that it has from another one, and that one from another again. */
  const withSource = async (order: OrderSnapshot): Promise<OrderSnapshot> => {
    if (!order.exchangeOf) return order;
    const source = OrderSnapshot.parse(await readOne(orders, orderKey(order.exchangeOf.orderId)));
    return withChargebacksOf(order, await withSource(source));
  };

  const policy = createPolicyStore(db, table).inForce;
  const historyOf = createHistoryStore(db, { REFUND_TABLE_NAME: table, ORDER_TABLE_NAME: orders });

  /** The order, what was drawn from its pots, and one of its refunds: all of one moment. */
  const books = async (orderId: string, refundId: string): Promise<RefundSnapshot | undefined> => {
    const { found } = await retryOnConflict(patienceMs, async () => {
      const read = await readTogether(orderId, refundId);
      const { order } = read;
      if (!order) return { found: undefined };
      // A batch is of no one moment. What nobody changed from one batch to the next was so in between.
      return isSame(read, await readTogether(orderId, refundId))
        ? { found: { ...read, order: await withSource(order) } }
        : undefined;
    });
    return found;
  };

  return {
    policy,

    async refund(refundId: string): Promise<RefundItem | undefined> {
      const item = await readOne(table, refundKey(refundId));
      return item === undefined ? undefined : RefundItem.parse(item);
    },

    /** The order, if it exists. Payments that wait for an order that was not placed yet are none. */
    async order(orderId: string): Promise<OrderSnapshot | undefined> {
      return OrderSnapshot.safeParse(await readOne(orders, orderKey(orderId))).data;
    },

    async account(orderId: string): Promise<RefundLedger> {
      const item = await readOne(table, ledgerKey(orderId));
      return item === undefined ? emptyLedger(orderId) : RefundLedger.parse(item);
    },

    books,

    /** All that deciding on a request needs. */
    async known(orderId: string, refundId: string): Promise<RequestSnapshot | undefined> {
      const found = await books(orderId, refundId);
      if (!found) return undefined;
      const { id: customerId } = found.order.customer;
      const history = customerId === undefined ? undefined : await historyOf(customerId);
      return { ...found, policy: await policy(), history };
    },

    /**
     * Writes the refund, the account and the events, unless one of them, or the order where `order` is given, changed
     * since they were read. The step that brings the refund to its end closes its case.
     */
    commit(
      change: Change,
      before: { account: RefundLedger | undefined; order?: OrderSnapshot | undefined },
      cause: Cause,
    ): Promise<'done' | 'version-conflict'> {
      const { refund, ledger, receipt, events } = closingCase(change, cause.now);
      const actions: Action[] = [
        {
          Put: {
            TableName: table,
            Item: { ...refund, ...refundKey(refund.refundId), ...indexKeys(refund) },
            ...expectVersion(refund.version - 1),
          },
        },
        ...events.map((tell) => ({
          Put: { TableName: table, Item: outboxItem(refundPartition(refund.refundId), tell(cause)) },
        })),
      ];
      if (receipt) {
        const Item = { ...receipt, ...receiptKey(receipt.refundId, receipt.receiptId) };
        actions.push({ Put: { TableName: table, Item, ...expectVersion(0) } });
      }
      if (ledger) {
        const condition = expectVersion(before.account?.version ?? 0);
        actions.push({ Put: { TableName: table, Item: { ...ledger, ...ledgerKey(ledger.orderId) }, ...condition } });
      }
      if (refund.customerId !== undefined && refund.payouts.some(({ state }) => state === 'succeeded')) {
        actions.push({ Put: { TableName: table, Item: refundedOrderKey(refund.customerId, refund.orderId) } });
      }
      if (before.order) {
        const { orderId, version } = before.order;
        actions.push({
          ConditionCheck: { TableName: orders, Key: orderKey(orderId), ...expectVersion(version) },
        });
      }
      return transact(db, actions);
    },

    /** The refund's events, oldest first. */
    timeline: (refundId: string) => timelineOf(db, table, refundPartition(refundId)),

    /** Up to `limit` refunds of a status or an order, newest first, older than `before`. */
    async find(index: RefundIndex, value: string, before: string | undefined, limit: number) {
      const { Items = [], LastEvaluatedKey } = await db.send(
        new QueryCommand({
          TableName: table,
          IndexName: index.name,
          KeyConditionExpression: before === undefined ? '#key = :key' : '#key = :key AND requestedKey < :before',
          ExpressionAttributeNames: { '#key': index.attribute },
          ExpressionAttributeValues: { ':key': index.keyOf(value), ...(before !== undefined && { ':before': before }) },
          ScanIndexForward: false,
          Limit: limit,
        }),
      );
      const positions = Items.map((item) => IndexEntry.parse(item).requestedKey);
      const ids = positions.map((position) => position.slice(position.indexOf('#') + 1));
      const items = (await readBatch(db, { [table]: ids.map(refundKey) }, true))[table] ?? [];
      const byId = new Map(items.map((item) => RefundItem.parse(item)).map((refund) => [refund.refundId, refund]));
      return {
        refunds: ids.flatMap((id) => byId.get(id) ?? []),
        last: LastEvaluatedKey ? positions.at(-1) : undefined,
      };
    },
  };
}
export type RefundStore = ReturnType<typeof createRefundStore>;

export const indexFor = (query: { status?: RefundStatus | undefined; orderId?: string | undefined }) =>
  query.orderId === undefined
    ? { index: statusIndex, value: query.status ?? '' }
    : { index: orderIndex, value: query.orderId };
