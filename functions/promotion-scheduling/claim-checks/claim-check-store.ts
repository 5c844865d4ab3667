import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { PromotionClaimsRepaired } from '../../../shared/contracts/promotions/claim-events.ts';
import { type Database, type Key, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { queryPages } from '../../../shared/dynamodb/query-pages.ts';
import { statusIndex } from '../../../shared/orders/order-keys.ts';
import { type Counter, createClaimsStore } from '../../../shared/promotions/claims-store.ts';
import { PromotionClaim } from '../../../shared/promotions/promotion-claim.ts';
import { createPromotionSetStore } from '../../../shared/promotions/promotion-set-store.ts';
import { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import { promotionKey, recordOf } from '../promotion/promotion-record.ts';
import { checkKey, checkPartition, counterName } from './claim-check-record.ts';
import type { CounterDifference } from './compare-claims.ts';

type Tables = { ORDER_TABLE_NAME: string; PROMOTION_TABLE_NAME: string };

/** An order that was cancelled or has expired holds nothing. */
const holding = OrderStatus.options.filter((status) => status !== 'cancelled' && status !== 'expired');
const Keys = z.object({ pk: z.string(), sk: z.string() });
const Holder = z.object({ promotionClaims: z.array(PromotionClaim).optional() });

const keyOf = ({ pk, sk }: Key): Key => ({ pk, sk });
const dayMs = 86_400_000;
/** An order has the time of its request, and may be priced later by a promotion that was created meanwhile. */
const maxQueuedMs = dayMs;
/** Orders that an error names. */
const maxNamed = 20;

/** What a check of claims reads and repairs. `orderAgeDays`: how far in the past `placedAt` of an order may be. */
export function createClaimCheckStore(db: Database, tables: Tables, orderAgeDays: number) {
  const { ORDER_TABLE_NAME: orders, PROMOTION_TABLE_NAME: table } = tables;
  const { counts, sharedCounters } = createClaimsStore(db, table);
  const sets = createPromotionSetStore(db, tables);

  return {
    promotions: async () => (await sets.current()).set.promotions,

    sharedCounters,

    /** Counters by key, such as those of customers. */
    async counters(keys: readonly Key[]): Promise<Counter[]> {
      const used = await counts(keys);
      return keys.map((key) => ({ ...keyOf(key), used: used.get(`${key.pk}\0${key.sk}`) ?? 0 }));
    },

    /**
     * The `placedAt` (RFC 3339, UTC) from which on orders may hold claims of these promotions: their creation, less the age
     * that an order may have. An approval of a later change would be too late: orders before it hold claims as well.
     */
    async firstPlaced(promotionIds: readonly string[], now: number): Promise<string> {
      const items = (await readBatch(db, { [table]: promotionIds.map(promotionKey) }, true)).get(table) ?? [];
      const created = items.map((item) => Date.parse(recordOf(item).createdAt));
      const first = items.length < promotionIds.length ? 0 : Math.min(now, ...created);
      const oldest = first - Math.max(orderAgeDays * dayMs, maxQueuedMs);
      return new Date(Math.max(0, oldest)).toISOString();
    },

    /**
     * The claims of orders placed from this RFC 3339 time (UTC) on, page by page. May miss an order that changes meanwhile.
     * Throws after the last page if orders cannot be read, and names them.
     */
    async *claimsSince(from: string): AsyncGenerator<PromotionClaim[]> {
      const seen = new Set<string>();
      const unreadable: string[] = [];
      for (const value of holding.flatMap(statusIndex.keysOf)) {
        const query = {
          TableName: orders,
          IndexName: statusIndex.name,
          KeyConditionExpression: '#key = :key AND placedKey >= :from',
          ExpressionAttributeNames: { '#key': statusIndex.attribute },
          ExpressionAttributeValues: { ':key': value, ':from': from },
          Limit: 500,
        };
        for await (const items of queryPages(db, query)) {
          const keys = items.map((item) => Keys.parse(item)).map(keyOf);
          const fresh = keys.filter(({ pk, sk }) => sk === 'ORDER' && !seen.has(pk));
          for (const { pk } of fresh) seen.add(pk);
          const read = (await readBatch(db, { [orders]: fresh }, true)).get(orders) ?? [];
          const holders = read.map((item) => ({ item, holder: Holder.safeParse(item) }));
          unreadable.push(...holders.flatMap(({ item, holder }) => (holder.success ? [] : [Keys.parse(item).pk])));
          yield holders.flatMap(({ holder }) => holder.data?.promotionClaims ?? []);
        }
      }
      if (unreadable.length > 0) {
        const named = unreadable.slice(0, maxNamed).join(', ');
        throw new Error(`Claims of ${unreadable.length} orders cannot be read, and nothing is repaired: ${named}`);
      }
    },

    /** Sets a counter to what the orders hold, with an event, if it still has the value that was found. */
    repair({ pk, sk, found, expected }: CounterDifference, checkId: string, cause: Cause) {
      const event = newEvent(
        PromotionClaimsRepaired,
        { checkId, counter: counterName({ pk, sk }), found, expected },
        cause,
      );
      return transact(db, [
        {
          Update: {
            TableName: table,
            Key: { pk, sk },
            UpdateExpression: 'SET #used = :expected',
            ConditionExpression: found === 0 ? 'attribute_not_exists(#used) OR #used = :found' : '#used = :found',
            ExpressionAttributeNames: { '#used': 'used' },
            ExpressionAttributeValues: { ':expected': expected, ':found': found },
          },
        },
        { Put: { TableName: table, Item: outboxItem(checkPartition(checkId), event) } },
      ]);
    },

    /** Keeps the result of a check, or why it failed. */
    record: (checkId: string, result: object) =>
      db.send(new PutCommand({ TableName: table, Item: { ...checkKey(checkId), checkId, ...result } })),
  };
}
export type ClaimCheckStore = ReturnType<typeof createClaimCheckStore>;
