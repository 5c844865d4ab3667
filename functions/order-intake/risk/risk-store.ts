import * as z from 'zod';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { orderKey } from '../../../shared/orders/order-keys.ts';
import { isEarlyPayments, OrderItem } from '../order/order-item.ts';
import type { CounterUpdate } from './score-orders.ts';
import { isCustomerCounter } from './risk-inputs.ts';
import { emptyCounter, storedCounter, type VelocityCounter, parseCounter } from './velocity-counter.ts';

/** Time to live of a customer's counter after its last change. */
const historySeconds = 2 * 365 * 86_400;

const Identity = OrderItem.pick({ orderId: true });
const CounterKey = z.object({ pk: z.string() });

/** Velocity counters and the stored risk of orders. `windowMinutes`: window of the risk policy. */
export function createRiskStore(
  db: Database,
  { ORDER_TABLE_NAME: table, RISK_TABLE_NAME: riskTable }: { ORDER_TABLE_NAME: string; RISK_TABLE_NAME: string },
  windowMinutes: number,
) {
  const windowSeconds = windowMinutes * 60;
  const keyOf = (partition: string) => ({ pk: partition, sk: 'TALLY' });

  /** `now` is in milliseconds. */
  const counterAction = ({ partition, before, after }: CounterUpdate, now: number): Action => {
    const keptSeconds = isCustomerCounter(partition) ? historySeconds : 2 * windowSeconds;
    const expiresAt = Math.ceil(now / 1000 + keptSeconds);
    const Item = { ...keyOf(partition), ...storedCounter(after), expiresAt };
    return { Put: { TableName: riskTable, Item, ...expectVersion(before.version) } };
  };

  return {
    /** The existing orders, and the ids of orders whose item cannot be parsed. */
    async orders(orderIds: readonly string[]): Promise<{ orders: OrderItem[]; unreadable: string[] }> {
      const items = (await readBatch(db, { [table]: orderIds.map(orderKey) }, true)).get(table) ?? [];
      const parsed = items
        .filter((item) => !isEarlyPayments(item))
        .map((item) => ({ item, order: OrderItem.safeParse(item).data }));
      return {
        orders: parsed.flatMap(({ order }) => order ?? []),
        unreadable: parsed.flatMap(({ item, order }) => (order ? [] : Identity.parse(item).orderId)),
      };
    },

    /** The counters of distinct partitions; an empty counter for one that is not stored. */
    async counters(partitions: readonly string[]): Promise<Map<string, VelocityCounter>> {
      const items = (await readBatch(db, { [riskTable]: partitions.map(keyOf) }, true)).get(riskTable) ?? [];
      const stored = new Map(items.map((item) => [CounterKey.parse(item).pk, parseCounter(item)]));
      return new Map(partitions.map((partition) => [partition, stored.get(partition) ?? emptyCounter]));
    },

    /**
     * Writes counters and the risk of orders in one transaction. Storing a risk is no new version of the order and has no
     * event: a concurrent change may overwrite it, and then the order is assessed again. `now` is in milliseconds.
     */
    async write(
      updates: readonly CounterUpdate[],
      assessed: readonly OrderItem[],
      now: number,
    ): Promise<'done' | 'version-conflict'> {
      const actions = [
        ...updates.map((update) => counterAction(update, now)),
        ...assessed.map(({ orderId, version, risk }) => ({
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
