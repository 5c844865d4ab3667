import * as z from 'zod';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { isAwaited, OrderItem, orderKey } from '../order/order-item.ts';
import type { Counting } from './assess.ts';
import { isOfCustomer } from './risk-facts.ts';
import { noTally, storedTally, type Tally, tallyOf } from './risk-tally.ts';

/** A customer's history is forgotten so long after the last order. */
const historySeconds = 2 * 365 * 86_400;

const Identity = OrderItem.pick({ orderId: true });
const Keyed = z.object({ pk: z.string() });

/** Tallies of the values that orders have, and the risk of orders. `windowMinutes` is that of the risk policy. */
export function createRiskStore(
  db: Database,
  { ORDER_TABLE_NAME: table, RISK_TABLE_NAME: counts }: { ORDER_TABLE_NAME: string; RISK_TABLE_NAME: string },
  windowMinutes: number,
) {
  const windowSeconds = windowMinutes * 60;
  const keyOf = (partition: string) => ({ pk: partition, sk: 'TALLY' });

  /** `now` is in milliseconds. */
  const tallyAction = ({ partition, before, after }: Counting, now: number): Action => {
    const keptSeconds = isOfCustomer(partition) ? historySeconds : 2 * windowSeconds;
    const expiresAt = Math.ceil(now / 1000 + keptSeconds);
    const Item = { ...keyOf(partition), ...storedTally(after), expiresAt };
    return { Put: { TableName: counts, Item, ...expectVersion(before.version) } };
  };

  return {
    /** The orders of these ids that exist, and the ids of those that cannot be read. */
    async read(orderIds: readonly string[]): Promise<{ orders: OrderItem[]; unreadable: string[] }> {
      const items = (await readBatch(db, { [table]: orderIds.map(orderKey) }, true))[table] ?? [];
      const parsed = items
        .filter((item) => !isAwaited(item))
        .map((item) => ({ item, order: OrderItem.safeParse(item).data }));
      return {
        orders: parsed.flatMap(({ order }) => order ?? []),
        unreadable: parsed.flatMap(({ item, order }) => (order ? [] : Identity.parse(item).orderId)),
      };
    },

    /** What is known of each of these values; each is given once. */
    async tallies(partitions: readonly string[]): Promise<Map<string, Tally>> {
      const items = (await readBatch(db, { [counts]: partitions.map(keyOf) }, true))[counts] ?? [];
      const known = new Map(items.map((item) => [Keyed.parse(item).pk, tallyOf(item)]));
      return new Map(partitions.map((partition) => [partition, known.get(partition) ?? noTally]));
    },

    /**
     * Writes tallies, and the risk of orders beside them, unless somebody else changed one of them since: all or nothing.
     * A risk tells nobody and is no new version: a change that was read before may write over it, and the order is
     * assessed again. `now` is in milliseconds.
     */
    async write(
      countings: readonly Counting[],
      noted: readonly OrderItem[],
      now: number,
    ): Promise<'done' | 'version-conflict'> {
      const actions = [
        ...countings.map((counting) => tallyAction(counting, now)),
        ...noted.map(({ orderId, version, risk }) => ({
          Update: {
            TableName: table,
            Key: orderKey(orderId),
            UpdateExpression: 'SET risk = :risk',
            ConditionExpression: '#version = :version',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':risk': risk, ':version': version },
          },
        })),
      ];
      return actions.length === 0 ? 'done' : transact(db, actions);
    },
  };
}
export type RiskStore = ReturnType<typeof createRiskStore>;
