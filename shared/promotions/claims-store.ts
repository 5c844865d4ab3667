import * as z from 'zod';
import { type Database, type Key, readBatch } from '../dynamodb/database.ts';
import { queryPages } from '../dynamodb/query-pages.ts';
import type { CompiledPromotion, PromotionPolicy, Remaining } from '../pricing/promotions/types.ts';
import {
  type Buyer,
  countersOf,
  type Counts,
  isLimited,
  limitPartition,
  nameOf,
  remainingFrom,
} from './limit-counters.ts';

const Counter = z.object({ pk: z.string(), sk: z.string(), used: z.int() });
export type Counter = z.infer<typeof Counter>;

/** The counter in an item, by its name; undefined for other items. */
export const counterOf = (item: unknown): [string, number][] | undefined => {
  const counter = Counter.safeParse(item);
  return counter.success ? [[nameOf(counter.data), counter.data.used]] : undefined;
};

/** Counters of what is claimed of promotions. Orders raise and lower them in their own transactions. */
export function createClaimsStore(db: Database, table: string) {
  /** The counters with these keys; those that do not exist are left out. Consistent, which costs twice the read units. */
  const counts = async (keys: readonly Key[]): Promise<Counts> => {
    if (keys.length === 0) return new Map();
    const distinct = [...new Map(keys.map((key) => [nameOf(key), { pk: key.pk, sk: key.sk }])).values()];
    const items = (await readBatch(db, { [table]: distinct }, true)).get(table) ?? [];
    return new Map(items.map((item) => Counter.parse(item)).map((counter) => [nameOf(counter), counter.used]));
  };

  return {
    counts,

    /** The counters of these promotions that all customers share, read consistently. */
    sharedCounters: async (promotionIds: readonly string[]): Promise<Counter[]> => {
      const found: Counter[] = [];
      for (const id of promotionIds) {
        const query = {
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': limitPartition(id) },
          ConsistentRead: true,
        };
        for await (const items of queryPages(db, query)) found.push(...items.map((item) => Counter.parse(item)));
      }
      return found;
    },

    /** What is left of the limits of these promotions for this buyer, by promotion id. Promotions without limits are left out. */
    remaining: async (
      promotions: readonly CompiledPromotion[],
      buyer: Buyer,
      policy: Pick<PromotionPolicy, 'foldsEmailTags' | 'timeZone'>,
    ): Promise<ReadonlyMap<string, Remaining>> => {
      const limited = promotions.filter(isLimited);
      const read = await counts(limited.flatMap((promotion) => countersOf(promotion, buyer, policy)));
      return new Map(
        limited.map((promotion) => [promotion.promotionId, remainingFrom(promotion, buyer, policy, read)]),
      );
    },
  };
}
export type ClaimsStore = ReturnType<typeof createClaimsStore>;
