import * as z from 'zod';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { type Action, type Database, type Key, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { sortKeyReader } from '../../../shared/dynamodb/sort-keys.ts';
import { timelineOf } from '../../../shared/dynamodb/timeline.ts';
import { orderKey } from '../../../shared/orders/order-keys.ts';
import { ledgerKey } from '../../../shared/refunds/refunded-units.ts';
import { type Change, closeCase } from './change.ts';
import type { TablesEnv } from './env.ts';
import { inCurrency, OrderSnapshot, type RefundSnapshot, withChargebacksOf } from './order-snapshot.ts';
import { RefundItem } from './refund-item.ts';
import {
  indexKeys,
  receiptKey,
  refundedOrderKey,
  type RefundIndex,
  refundKey,
  refundPartition,
  requestedKeyParts,
} from './refund-keys.ts';
import { emptyLedger, RefundLedger } from './refund-ledger.ts';

/** For two equal reads in a row of an order that other requests change. */
const snapshotRetryBudgetMs = 2_000;

type BatchRead = Omit<RefundSnapshot, 'order'> & { order: OrderSnapshot | undefined };
const hasSameVersions = (a: BatchRead, b: BatchRead): boolean =>
  a.order?.version === b.order?.version &&
  a.ledger?.version === b.ledger?.version &&
  a.refund?.version === b.refund?.version;

/** Reads and writes refunds and refund ledgers; reads orders. All reads are strongly consistent. */
export function createRefundStore(db: Database, { REFUND_TABLE_NAME: table, ORDER_TABLE_NAME: orders }: TablesEnv) {
  const readOne = async (name: string, key: Key): Promise<unknown> =>
    ((await readBatch(db, { [name]: [key] }, true)).get(name) ?? [])[0];

  const readTogether = async (orderId: string, refundId: string, currency: string | undefined) => {
    const inOther = currency === undefined ? [] : [ledgerKey(orderId, currency)];
    const keys = { [orders]: [orderKey(orderId)], [table]: [ledgerKey(orderId), refundKey(refundId), ...inOther] };
    const items = await readBatch(db, keys, true);
    const find = <T>(schema: z.ZodType<T>, { sk }: Key) => {
      const found = items.get(table)?.find((item) => z.object({ sk: z.literal(sk) }).safeParse(item).success);
      return found === undefined ? undefined : schema.parse(found);
    };
    // An early payment is no order: it does not match the schema.
    const order = OrderSnapshot.safeParse((items.get(orders) ?? [])[0]).data;
    const isOther = order !== undefined && currency !== undefined && currency !== order.currency;
    return {
      order: isOther ? inCurrency(order, currency) : order,
      ledger: isOther
        ? (find(RefundLedger, ledgerKey(orderId, currency)) ?? emptyLedger(orderId, currency))
        : find(RefundLedger, ledgerKey(orderId)),
      refund: find(RefundItem, refundKey(refundId)),
    };
  };

  /** The order with the chargebacks of the chain of exchanged orders before it. */
  const withExchangedOrders = async (order: OrderSnapshot): Promise<OrderSnapshot> => {
    if (!order.exchangeOf) return order;
    const exchanged = OrderSnapshot.parse(await readOne(orders, orderKey(order.exchangeOf.orderId)));
    return withChargebacksOf(order, await withExchangedOrders(exchanged));
  };

  return {
    async refund(refundId: string): Promise<RefundItem | undefined> {
      const item = await readOne(table, refundKey(refundId));
      return item === undefined ? undefined : RefundItem.parse(item);
    },

    /** The ledger of an order, or of its captures in another `currency`. */
    async ledger(orderId: string, currency?: string): Promise<RefundLedger> {
      const item = await readOne(table, ledgerKey(orderId, currency));
      return item === undefined ? emptyLedger(orderId, currency) : RefundLedger.parse(item);
    },

    /**
     * The order, its ledger and one of its refunds at one moment, as a refund in this currency (by default the order's)
     * sees them; undefined if there is no such order.
     */
    async snapshot(orderId: string, refundId: string, currency?: string): Promise<RefundSnapshot | undefined> {
      const { snapshot } = await retryOnConflict(snapshotRetryBudgetMs, async () => {
        const read = await readTogether(orderId, refundId, currency);
        const { order } = read;
        if (!order) return { snapshot: undefined };
        // BatchGetItem is not isolated. Equal versions in two reads prove that nothing changed in between.
        return hasSameVersions(read, await readTogether(orderId, refundId, currency))
          ? { snapshot: { ...read, order: await withExchangedOrders(order) } }
          : undefined;
      });
      return snapshot;
    },

    /**
     * Writes the refund, the ledger, the receipt and the events in one transaction, and closes the case with the change
     * that ends it. A changed refund, ledger or order (if `before.order` is given) is a version conflict.
     */
    commit(
      change: Change,
      before: { ledger: RefundLedger | undefined; order?: OrderSnapshot | undefined },
      cause: Cause,
    ): Promise<'done' | 'version-conflict'> {
      const { refund, ledger, receipt, events } = closeCase(change, cause.now);
      const actions: Action[] = [
        {
          Put: {
            TableName: table,
            Item: { ...refund, ...refundKey(refund.refundId), ...indexKeys(refund) },
            ...expectVersion(refund.version - 1),
          },
        },
        ...events.map((event) => ({
          Put: { TableName: table, Item: outboxItem(refundPartition(refund.refundId), event(cause)) },
        })),
      ];
      if (receipt) {
        const Item = { ...receipt, ...receiptKey(receipt.refundId, receipt.receiptId) };
        actions.push({ Put: { TableName: table, Item, ...expectVersion(0) } });
      }
      if (ledger) {
        const condition = expectVersion(before.ledger?.version ?? 0);
        actions.push({
          Put: { TableName: table, Item: { ...ledger, ...ledgerKey(ledger.orderId, ledger.currency) }, ...condition },
        });
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

    /** Up to `count` sort keys under one partition key of an index, the newest first, after the position `before`. */
    requestedKeys: ({ name, attribute }: RefundIndex, key: string, before: string | undefined, count: number) =>
      sortKeyReader(db, table, { name, attribute, sortKey: 'requestedKey' }, 'down')(key, before, count),

    /** The refunds of these sort keys, by sort key. */
    async listed(keys: readonly string[]): Promise<Map<string, RefundItem>> {
      // The index may list a refund by its earlier key, without the channel, and by its own.
      const keyOf = new Map(keys.map((key) => [requestedKeyParts(key).refundId, key]));
      const items = (await readBatch(db, { [table]: [...keyOf.keys()].map(refundKey) }, true)).get(table) ?? [];
      const refunds = items.map((item) => RefundItem.parse(item));
      return new Map(refunds.map((refund) => [keyOf.get(refund.refundId) ?? '', refund]));
    },

    /** Up to `limit` refunds of a status or an order, the newest first, after the position `before`. */
    async find(index: RefundIndex, value: string, before: string | undefined, limit: number) {
      const keys = await this.requestedKeys(index, index.keyOf(value), before, limit);
      const refunds = await this.listed(keys);
      return {
        refunds: keys.flatMap((key) => refunds.get(key) ?? []),
        last: keys.length === limit ? keys.at(-1) : undefined,
      };
    },
  };
}
export type RefundStore = ReturnType<typeof createRefundStore>;
