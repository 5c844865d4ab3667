import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Database, readBatch } from '../../shared/database.ts';
import { isAwaited, OrderItem, orderKey } from './order-item.ts';
import type { VelocityKind } from './risk.ts';
import { type Entry, formerOrders, formerTotal, superfluous, type Tally, tallyOf } from './risk-tally.ts';

/** DynamoDB's expressions have at most 4 KB; names and values do not count. */
const entriesPerWrite = 100;
/** A customer's history is forgotten so long after the last order. */
const historySeconds = 2 * 365 * 86_400;

const Identity = OrderItem.pick({ orderId: true });
const isLost = (error: unknown) => error instanceof Error && error.name === 'ConditionalCheckFailedException';

/** Counters of the values that orders have, and the risk of orders. `windowMinutes` is that of the risk policy. */
export function createRiskStore(
  db: Database,
  { ORDER_TABLE_NAME: table }: { ORDER_TABLE_NAME: string },
  windowMinutes: number,
) {
  const windowMs = windowMinutes * 60_000;
  const keyOf = (partition: string) => ({ pk: partition, sk: 'RECENT' });

  const add = async (partition: string, entries: readonly Entry[], expiresAt: number): Promise<Tally> => {
    const names = Object.fromEntries(entries.map(({ id }, index) => [`#e${index}`, id]));
    const values = Object.fromEntries(entries.map(({ id: _name, ...entry }, index) => [`:e${index}`, entry]));
    // What is told twice keeps the time at which it was counted first.
    const sets = entries.map((_entry, index) => `#e${index} = if_not_exists(#e${index}, :e${index})`);
    const { Attributes = {} } = await db.send(
      new UpdateCommand({
        TableName: table,
        Key: keyOf(partition),
        UpdateExpression: `SET expiresAt = :expires, ${sets.join(', ')}`,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ...values, ':expires': expiresAt },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return tallyOf(Attributes);
  };

  /** Drops entries from an item, orders with an amount into the sums; nothing if somebody else dropped one of them. */
  const drop = async (partition: string, entries: readonly Entry[]): Promise<void> => {
    const sums = new Map<string, number>();
    const plus = (name: string, more: number) => sums.set(name, (sums.get(name) ?? 0) + more);
    for (const { currency, totalMinor = 0 } of entries) {
      if (currency === undefined) continue;
      plus(formerOrders(currency), 1);
      plus(formerTotal(currency), totalMinor);
    }
    const gone = entries.map((_entry, index) => `#e${index}`);
    const added = [...sums.keys()].map((_name, index) => `#s${index} :s${index}`);
    try {
      await db.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(partition),
          UpdateExpression: `REMOVE ${gone.join(', ')}${added.length > 0 ? ` ADD ${added.join(', ')}` : ''}`,
          ConditionExpression: gone.map((name) => `attribute_exists(${name})`).join(' AND '),
          ExpressionAttributeNames: {
            ...Object.fromEntries(entries.map(({ id }, index) => [`#e${index}`, id])),
            ...Object.fromEntries([...sums.keys()].map((name, index) => [`#s${index}`, name])),
          },
          ...(sums.size > 0 && {
            ExpressionAttributeValues: Object.fromEntries([...sums.values()].map((sum, index) => [`:s${index}`, sum])),
          }),
        }),
      );
    } catch (error) {
      if (!isLost(error)) throw error;
    }
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

    /**
     * Counts entries under a value, each once, and gives all that is known of it then: one write for all. The item stays
     * small, as what was counted long ago is dropped. `now` is in milliseconds.
     */
    async count(kind: VelocityKind, partition: string, entries: readonly Entry[], now: number): Promise<Tally> {
      const keptSeconds = kind === 'customer' ? historySeconds : (2 * windowMs) / 1000;
      const expiresAt = Math.ceil(now / 1000 + keptSeconds);
      let tally = await add(partition, entries.slice(0, entriesPerWrite), expiresAt);
      for (let first = entriesPerWrite; first < entries.length; first += entriesPerWrite) {
        tally = await add(partition, entries.slice(first, first + entriesPerWrite), expiresAt);
      }
      const dropped = superfluous(tally).slice(0, entriesPerWrite);
      if (dropped.length > 0) await drop(partition, dropped);
      return tally;
    },

    /**
     * Writes the order's risk beside it, unless somebody else changed it since. It tells nobody and is no new version: a
     * change that was read before may write over it, and the order is assessed again.
     */
    async note({ orderId, version, risk }: OrderItem): Promise<'done' | 'lost'> {
      try {
        await db.send(
          new UpdateCommand({
            TableName: table,
            Key: orderKey(orderId),
            UpdateExpression: 'SET risk = :risk',
            ConditionExpression: '#version = :version',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':risk': risk, ':version': version },
          }),
        );
        return 'done';
      } catch (error) {
        if (isLost(error)) return 'lost';
        throw error;
      }
    },
  };
}
export type RiskStore = ReturnType<typeof createRiskStore>;
