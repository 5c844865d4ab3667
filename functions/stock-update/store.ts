import assert from 'node:assert';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { skuKey, SkuRecord } from '../../shared/catalog/sku-item.ts';
import { retryOnConflict } from '../../shared/dynamodb/retry-on-conflict.ts';
import { type Action, type Database, type Key, readBatch, transact } from '../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../shared/contracts/define-event.ts';
import { StockMoved, StockMovementRejected } from '../../shared/contracts/stock/events.ts';
import { eventKey, OutboxItem, outboxItem, timelineKeys } from '../../shared/dynamodb/outbox.ts';
import { StockItem, stockKey, stockPartition } from '../../shared/stock/stock-item.ts';
import { readMovedSince } from './hindsight.ts';
import type { Books, Plan } from './plan.ts';
import { hashOf, type SentMovement } from './sent-movement.ts';
import { Lot, lotPrefix, lotSort, type Shelf, shelfKey, Transit, transitPrefix, transitSort } from './shelf.ts';
import { lotActions, movedBy, stockUpdate, transitActions } from './writes.ts';

const movementKey = (movementId: string) => ({ pk: `MOVEMENT#${movementId}`, sk: 'MOVEMENT' });

/**
 * What became of a caller's id: the content of the movement that was applied under it, and for which messages it was
 * refused. One item, so that a message which comes twice at once is not refused and applied.
 */
const MovementItem = z.object({
  movementId: z.string(),
  contentHash: z.string().optional(),
  refusals: z.array(z.string()).optional(),
});
/** The last so many messages are kept: a sender that repeats a refused movement for days must not fill its item. */
const refusalsKept = 100;
const refusalPatienceMs = 5_000;
const Moved = StockMoved.envelope.shape.detail;

/** Stock items, lots, transits, the identities of applied movements, and the events that are the ledger. */
export function createStockStore(
  db: Database,
  { STOCK_TABLE_NAME: table, CATALOG_TABLE_NAME: catalog }: { STOCK_TABLE_NAME: string; CATALOG_TABLE_NAME: string },
) {
  /** All items of a SKU under a sort key's beginning. */
  const under = async (sku: string, prefix: string): Promise<unknown[]> => {
    const items: unknown[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': stockPartition(sku), ':prefix': prefix },
          ConsistentRead: true,
          ...(from && { ExclusiveStartKey: from }),
        }),
      );
      items.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from);
    return items;
  };

  /** The two halves of a write, for those who write several plans as one. */
  const writing = {
    /** What applies a plan: identities and events of its movements, and what they change. */
    actionsOf(sku: string, plan: Plan, cause: Cause): Action[] {
      const rows = plan.changes.map(({ change: { moved }, hash }) => ({
        event: newEvent(StockMoved, moved, cause, moved.occurredAt),
        hash,
      }));
      const last = rows.at(-1);
      assert(last, 'A plan that is written changes something');
      const update = movedBy(last.event.detail.metadata.eventId, plan, stockUpdate(sku, plan, cause.now));
      const records = rows.flatMap(({ event, hash }): Action[] => {
        const { movementId } = event.detail.data;
        return [
          {
            Update: {
              TableName: table,
              Key: movementKey(movementId),
              UpdateExpression: 'SET movementId = :id, contentHash = :hash',
              ConditionExpression: 'attribute_not_exists(contentHash) AND NOT contains(refusals, :cause)',
              ExpressionAttributeValues: { ':id': movementId, ':hash': hash, ':cause': cause.causationId },
            },
          },
          { Put: { TableName: table, Item: outboxItem(stockPartition(sku), event) } },
        ];
      });
      return [
        ...records,
        { Update: { TableName: table, Key: stockKey(sku), ...update } },
        ...lotActions(table, plan),
        ...transitActions(table, plan),
      ];
    },
    commit: (actions: Action[]): Promise<'done' | 'version-conflict'> => transact(db, actions),
  };

  return {
    /** All that deciding on these movements needs, read consistently. */
    async read(movements: readonly SentMovement[]): Promise<Books> {
      const skus = [...new Set(movements.map(({ sku }) => sku))];
      const keys = { [catalog]: skus.map(skuKey), [table]: distinct(movements.flatMap(keysOf)) };
      const items = await readBatch(db, keys, true);
      const books: Books = {
        catalogue: new Set(),
        shelves: new Map(),
        appliedHashes: new Map(),
        refusedFor: new Map(),
        movedSince: new Map(),
      };
      for (const item of items[catalog] ?? []) books.catalogue.add(SkuRecord.parse(item).sku);
      for (const sku of skus) books.shelves.set(sku, { stock: undefined, lots: new Map(), transits: new Map() });
      for (const item of items[table] ?? []) put(books, item);
      await readMovedSince(db, table, books, movements);
      return books;
    },

    /** The stock of a SKU that is in the catalogue. */
    async stock(sku: string): Promise<{ isInCatalogue: boolean; stock: StockItem | undefined }> {
      const items = await readBatch(db, { [catalog]: [skuKey(sku)], [table]: [stockKey(sku)] }, true);
      const [stock] = items[table] ?? [];
      return {
        isInCatalogue: items[catalog]?.length === 1,
        stock: stock === undefined ? undefined : StockItem.parse(stock),
      };
    },

    lots: async (sku: string): Promise<Lot[]> => (await under(sku, lotPrefix)).map((item) => Lot.parse(item)),
    transits: async (sku: string): Promise<Transit[]> =>
      (await under(sku, transitPrefix)).map((item) => Transit.parse(item)),

    ...writing,
    /** Applies a plan with identities and events, or does nothing if what it was made for no longer holds. */
    write: (sku: string, plan: Plan, cause: Cause): Promise<'done' | 'version-conflict'> =>
      writing.commit(writing.actionsOf(sku, plan, cause)),

    /** Refuses a message's movement for good, once however often the message comes, unless it was applied meanwhile. */
    async refuse(movement: SentMovement, reason: string, messageId: string, cause: Cause): Promise<void> {
      const { movementId, sku, warehouse, type, quantity } = movement;
      const event = newEvent(
        StockMovementRejected,
        { movementId, sku, warehouse, type, quantity, reason, messageId },
        cause,
      );
      const Key = movementKey(movementId);
      const hash = hashOf(movement);
      await retryOnConflict(refusalPatienceMs, async () => {
        const [item] = (await readBatch(db, { [table]: [Key] }, true))[table] ?? [];
        const { contentHash: applied, refusals = [] } = MovementItem.optional().parse(item) ?? {};
        if (applied === hash || refusals.includes(messageId)) return 'done';
        const remembered = { before: refusals, after: [...refusals, messageId].slice(-refusalsKept) };
        const actions = [
          { Update: { TableName: table, Key, ...refusal(movementId, hash, remembered) } },
          { Put: { TableName: table, Item: outboxItem(Key.pk, event) } },
        ];
        return (await transact(db, actions)) === 'done' ? 'done' : undefined;
      });
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

/** Remembers a refusal where nobody else did meanwhile, and the movement was not applied. */
const refusal = (movementId: string, hash: string, { before, after }: { before: string[]; after: string[] }) => ({
  UpdateExpression: 'SET movementId = :id, refusals = :after',
  ConditionExpression:
    '(attribute_not_exists(refusals) OR refusals = :before) AND (attribute_not_exists(contentHash) OR contentHash <> :hash)',
  ExpressionAttributeValues: { ':id': movementId, ':hash': hash, ':before': before, ':after': after },
});

/** Keys of the stock table that deciding on a movement reads. */
function keysOf({ sku, movementId, warehouse, lot, transferId }: SentMovement): Key[] {
  return [
    stockKey(sku),
    movementKey(movementId),
    ...(lot === undefined ? [] : [shelfKey(sku, lotSort(warehouse, lot))]),
    ...(transferId === undefined ? [] : [shelfKey(sku, transitSort(transferId, lot))]),
  ];
}

const distinct = (keys: Key[]): Key[] => [...new Map(keys.map((key) => [`${key.pk} ${key.sk}`, key])).values()];

function put(books: Books, item: unknown): void {
  const { sk } = z.object({ sk: z.string() }).parse(item);
  if (sk === 'MOVEMENT') {
    const { movementId, contentHash: applied, refusals } = MovementItem.parse(item);
    if (applied !== undefined) books.appliedHashes.set(movementId, applied);
    if (refusals) books.refusedFor.set(movementId, new Set(refusals));
    return;
  }
  const { sku } = z.object({ sku: z.string() }).parse(item);
  const shelf: Shelf = books.shelves.get(sku) ?? { stock: undefined, lots: new Map(), transits: new Map() };
  if (sk.startsWith(lotPrefix)) shelf.lots.set(sk, Lot.parse(item));
  else if (sk.startsWith(transitPrefix)) shelf.transits.set(sk, Transit.parse(item));
  else shelf.stock = StockItem.parse(item);
  books.shelves.set(sku, shelf);
}
