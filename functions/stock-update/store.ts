import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { skuKey, SkuRecord } from '../../shared/catalog/sku-item.ts';
import { type Action, type Database, readBatch, transact } from '../../shared/database.ts';
import { type Cause, newEvent } from '../../shared/events/define-event.ts';
import { StockMoved } from '../../shared/events/stock.ts';
import { eventKey, OutboxItem, outboxItem, timelineKeys } from '../../shared/outbox.ts';
import { Counters, StockItem, stockKey, stockPartition } from '../../shared/stock/stock-item.ts';
import { applied, type Change } from './decide.ts';

const movementKey = (movementId: string) => ({ pk: `MOVEMENT#${movementId}`, sk: 'MOVEMENT' });

/** That a movement was applied, under its caller's id, with what content. */
const MovementItem = z.object({ movementId: z.string(), contentHash: z.string() });
const Moved = StockMoved.envelope.shape.detail;

/** What the tables say about some SKUs and movements. Missing entries do not exist. */
export type Books = { catalogue: Set<string>; stock: Map<string, StockItem>; appliedHashes: Map<string, string> };

/** Stock items, the identities of applied movements, and the events that are the ledger. */
export function createStockStore(
  db: Database,
  { STOCK_TABLE_NAME: table, CATALOG_TABLE_NAME: catalog }: { STOCK_TABLE_NAME: string; CATALOG_TABLE_NAME: string },
) {
  return {
    /** Reads consistently; each SKU and movement id may be given more than once. */
    async read(skus: readonly string[], movementIds: readonly string[]): Promise<Books> {
      const [skuSet, movementSet] = [new Set(skus), new Set(movementIds)];
      const keys = {
        [catalog]: [...skuSet].map(skuKey),
        [table]: [...[...skuSet].map(stockKey), ...[...movementSet].map(movementKey)],
      };
      const items = await readBatch(db, keys, true);
      const books: Books = { catalogue: new Set(), stock: new Map(), appliedHashes: new Map() };
      for (const item of items[catalog] ?? []) books.catalogue.add(SkuRecord.parse(item).sku);
      for (const item of items[table] ?? []) {
        const movement = MovementItem.safeParse(item);
        if (movement.success) books.appliedHashes.set(movement.data.movementId, movement.data.contentHash);
        else {
          const stock = StockItem.parse(item);
          books.stock.set(stock.sku, stock);
        }
      }
      return books;
    },

    /** Applies a change with its identity and its event, or does nothing if the change or its basis no longer holds. */
    async write(change: Change, contentHash: string, cause: Cause): Promise<'done' | 'lost'> {
      const { movementId, sku, occurredAt } = change.moved;
      const event = newEvent(StockMoved, change.moved, cause, occurredAt);
      return transact(db, [
        {
          Put: {
            TableName: table,
            Item: { ...movementKey(movementId), movementId, contentHash },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        { Update: { TableName: table, Key: stockKey(sku), ...updateOf(change) } },
        { Put: { TableName: table, Item: outboxItem(stockPartition(sku), event) } },
      ]);
    },

    /** Up to `limit` movements of a SKU, the last recorded first, from behind the event `after`. */
    async ledger(sku: string, after: string | undefined, limit: number) {
      const pk = stockPartition(sku);
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: table,
          ...timelineKeys(pk),
          ConsistentRead: true,
          ScanIndexForward: false,
          Limit: limit,
          ...(after !== undefined && { ExclusiveStartKey: { pk, sk: eventKey(after) } }),
        }),
      );
      return Items.map((item) => Moved.parse(JSON.parse(OutboxItem.parse(item).detail)));
    },
  };
}
export type StockStore = ReturnType<typeof createStockStore>;

type UpdateParts = Omit<NonNullable<Action['Update']>, 'TableName' | 'Key'>;

/**
 * Counters are changed by arithmetic in the database, as orders change them at the same time. Only the first movement of
 * a SKU or warehouse, for which there is nothing to add to, writes them.
 */
function updateOf(change: Change): UpdateParts {
  const { moved, basis } = change;
  const first = applied(undefined, change).warehouses;
  if (basis.kind === 'first-of-sku') {
    return {
      UpdateExpression: 'SET sku = :sku, warehouses = :warehouses',
      ConditionExpression: 'attribute_not_exists(pk)',
      ExpressionAttributeValues: { ':sku': moved.sku, ':warehouses': first },
    };
  }
  if (basis.kind === 'first-of-warehouse') {
    return {
      UpdateExpression: 'SET warehouses.#w = :counters',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(warehouses.#w)',
      ExpressionAttributeNames: { '#w': moved.warehouse },
      ExpressionAttributeValues: { ':counters': Counters.parse(first[moved.warehouse]) },
    };
  }
  const exactly = basis.kind === 'exactly' ? { ':exactly': basis.onHand } : undefined;
  const available = moved.onHandDelta - moved.unavailableDelta;
  const sets = ['onHand', 'unavailable', 'available'].map(
    (name) => `warehouses.#w.${name} = warehouses.#w.${name} + :${name}`,
  );
  return {
    UpdateExpression: `SET ${sets.join(', ')}`,
    ConditionExpression: `warehouses.#w.available >= :least${exactly ? ' AND warehouses.#w.onHand = :exactly' : ''}`,
    ExpressionAttributeNames: { '#w': moved.warehouse },
    ExpressionAttributeValues: {
      ':onHand': moved.onHandDelta,
      ':unavailable': moved.unavailableDelta,
      ':available': available,
      ':least': Math.max(0, -available),
      ...exactly,
    },
  };
}
