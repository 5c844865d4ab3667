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
import type { CounterDifference } from './compare-claims.ts';

type Tables = { ORDER_TABLE_NAME: string; PROMOTION_TABLE_NAME: string };

/** An order that was cancelled or has expired holds nothing. */
const holding = OrderStatus.options.filter((status) => status !== 'cancelled' && status !== 'expired');
const Keys = z.object({ pk: z.string(), sk: z.string() });
const Holder = z.object({ pk: z.string(), promotionClaims: z.array(PromotionClaim).optional() });

const checkPartition = (checkId: string) => `CLAIM-CHECK#${checkId}`;
const keyOf = ({ pk, sk }: Key): Key => ({ pk, sk });

/** What a check of claims reads and repairs. */
export function createClaimCheckStore(db: Database, tables: Tables) {
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

    /** The claims of orders placed from this RFC 3339 time (UTC) on, page by page. May miss an order that changes meanwhile. */
    async *claimsSince(from: string): AsyncGenerator<PromotionClaim[]> {
      const seen = new Set<string>();
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
          yield read.flatMap((item) => Holder.parse(item).promotionClaims ?? []);
        }
      }
    },

    /** Sets a counter to what the orders hold, with an event, if it still has the value that was found. */
    repair({ pk, sk, found, expected }: CounterDifference, checkId: string, cause: Cause) {
      const event = newEvent(PromotionClaimsRepaired, { checkId, counter: `${pk}/${sk}`, found, expected }, cause);
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

    /** Keeps the result of a check. */
    record: (checkId: string, result: object) =>
      db.send(
        new PutCommand({ TableName: table, Item: { pk: checkPartition(checkId), sk: 'CHECK', checkId, ...result } }),
      ),
  };
}
export type ClaimCheckStore = ReturnType<typeof createClaimCheckStore>;
