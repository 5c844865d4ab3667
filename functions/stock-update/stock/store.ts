import assert from 'node:assert';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { skuKey, SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { type Action, type Database, type Key, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { StockMoved, StockMovementRejected } from '../../../shared/contracts/stock/events.ts';
import { eventKey, OutboxItem, outboxItem, timelineKeysFrom } from '../../../shared/dynamodb/outbox.ts';
import { queryPages } from '../../../shared/dynamodb/query-pages.ts';
import { StockItem, stockKey, stockPartition } from '../../../shared/stock/stock-item.ts';
import { readMovedSinceCounts } from './ledger-store.ts';
import type { MovementState, WritePlan } from './write-plan.ts';
import { contentHashOf, type SubmittedMovement } from './submitted-movement.ts';
import { emptySnapshot, skuRowKey, Transit, transitPrefix, transitSortKey } from './snapshot.ts';
import { lotActions, stockUpdateExpression, transitActions, withLastMovement } from './update-expressions.ts';
import { expiryCutoff, type LotExpirySettings, Lot, lotPrefix, lotSortKey } from '../../../shared/stock/lot.ts';

const movementKey = (movementId: string) => ({ pk: `MOVEMENT#${movementId}`, sk: 'MOVEMENT' });

/**
 * State of a movement id: content hash of the movement applied under it, and ids of the messages in which it was rejected.
 * One item, so that two concurrent deliveries of a message cannot reject and apply the same movement.
 */
const MovementItem = z.object({
  movementId: z.string(),
  contentHash: z.string().optional(),
  refusals: z.array(z.string()).optional(),
});
/** Limits the size of the item if a sender repeats a rejected movement for days. */
const maxRejectionsKept = 100;
const rejectionRetryBudgetMs = 5_000;
const LedgerEvent = StockMoved.envelope.shape.detail;

/** Stock items, lots, transits, identities of movements, and the events that form the ledger. */
export function createStockStore(
  db: Database,
  {
    STOCK_TABLE_NAME: table,
    CATALOG_TABLE_NAME: catalog,
    ...expiry
  }: { STOCK_TABLE_NAME: string; CATALOG_TABLE_NAME: string } & Partial<LotExpirySettings>,
) {
  const cutoff = expiryCutoff(expiry);
  /** All items of a SKU whose sort key begins with `prefix`. */
  const itemsWithPrefix = async (sku: string, prefix: string): Promise<unknown[]> => {
    const items: unknown[] = [];
    const query = {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': stockPartition(sku), ':prefix': prefix },
      ConsistentRead: true,
    };
    for await (const page of queryPages(db, query)) items.push(...page);
    return items;
  };

  /** `write` in two parts, for callers that write several plans in one transaction. */
  const writing = {
    /** Actions that apply a plan: identities, events, and the changed stock item, lots and transits. */
    actionsOf(sku: string, plan: WritePlan, cause: Cause): Action[] {
      const rows = plan.changes.map(({ change: { moved }, hash }) => ({
        event: newEvent(StockMoved, moved, cause, moved.occurredAt),
        hash,
      }));
      const last = rows.at(-1);
      assert(last, 'A plan that is written has at least one change');
      const update = withLastMovement(
        last.event.detail.metadata.eventId,
        plan,
        stockUpdateExpression(sku, plan, cause.now),
      );
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
    /** Reads the state for the decision on these movements, consistently. */
    async read(movements: readonly SubmittedMovement[]): Promise<MovementState> {
      const skus = [...new Set(movements.map(({ sku }) => sku))];
      const keys = { [catalog]: skus.map(skuKey), [table]: distinct(movements.flatMap(keysOf)) };
      const items = await readBatch(db, keys, true);
      const state: MovementState = {
        catalogue: new Set(),
        snapshots: new Map(),
        appliedHashes: new Map(),
        rejectedFor: new Map(),
        movedSince: new Map(),
        cutoff,
      };
      for (const item of items.get(catalog) ?? []) state.catalogue.add(SkuRecord.parse(item).sku);
      for (const sku of skus) state.snapshots.set(sku, emptySnapshot());
      for (const item of items.get(table) ?? []) addItem(state, item);
      await readMovedSinceCounts(db, table, state, movements);
      return state;
    },

    /** Stock of a SKU, and whether the catalogue has the SKU. */
    async stock(sku: string): Promise<{ isInCatalogue: boolean; stock: StockItem | undefined }> {
      const items = await readBatch(db, { [catalog]: [skuKey(sku)], [table]: [stockKey(sku)] }, true);
      const [stock] = items.get(table) ?? [];
      return {
        isInCatalogue: items.get(catalog)?.length === 1,
        stock: stock === undefined ? undefined : StockItem.parse(stock),
      };
    },

    /** Lots with units. */
    lots: async (sku: string): Promise<Lot[]> =>
      (await itemsWithPrefix(sku, lotPrefix)).map((item) => Lot.parse(item)).filter(({ units }) => units > 0),
    transits: async (sku: string): Promise<Transit[]> =>
      (await itemsWithPrefix(sku, transitPrefix)).map((item) => Transit.parse(item)),

    ...writing,
    /** Applies a plan with identities and events in one transaction. */
    write: (sku: string, plan: WritePlan, cause: Cause): Promise<'done' | 'version-conflict'> =>
      writing.commit(writing.actionsOf(sku, plan, cause)),

    /** Records the final rejection of a movement in a message with its event, once per message, unless it was applied. */
    async reject(movement: SubmittedMovement, reason: string, messageId: string, cause: Cause): Promise<void> {
      const { movementId, sku, warehouse, type, quantity } = movement;
      const event = newEvent(
        StockMovementRejected,
        { movementId, sku, warehouse, type, quantity, reason, messageId },
        cause,
      );
      const Key = movementKey(movementId);
      await retryOnConflict(rejectionRetryBudgetMs, async () => {
        const [item] = (await readBatch(db, { [table]: [Key] }, true)).get(table) ?? [];
        const { contentHash: applied, refusals = [] } = MovementItem.optional().parse(item) ?? {};
        const hash = contentHashOf(movement, applied);
        if (applied === hash || refusals.includes(messageId)) return 'done';
        const rejections = { before: refusals, after: [...refusals, messageId].slice(-maxRejectionsKept) };
        const actions = [
          { Update: { TableName: table, Key, ...rejectionUpdate(movementId, hash, rejections) } },
          { Put: { TableName: table, Item: outboxItem(Key.pk, event) } },
        ];
        return (await transact(db, actions)) === 'done' ? 'done' : undefined;
      });
    },

    /**
     * Up to `limit` movements of a SKU, latest first, after the event with the id `after`. `from` (inclusive) and `before` are
     * times of recording in milliseconds since the epoch.
     */
    async ledger(
      sku: string,
      after: string | undefined,
      limit: number,
      { from = 0, before }: { from?: number | undefined; before?: number | undefined } = {},
    ) {
      const pk = stockPartition(sku);
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: table,
          ...timelineKeysFrom(pk, from, before),
          ConsistentRead: true,
          ScanIndexForward: false,
          Limit: limit,
          ...(after !== undefined && { ExclusiveStartKey: { pk, sk: eventKey(after) } }),
        }),
      );
      return Items.map((item) => LedgerEvent.parse(JSON.parse(OutboxItem.parse(item).detail)));
    },
  };
}
export type StockStore = ReturnType<typeof createStockStore>;

/** Adds a rejection if the list is unchanged and this content was not applied. */
const rejectionUpdate = (
  movementId: string,
  hash: string,
  { before, after }: { before: string[]; after: string[] },
) => ({
  UpdateExpression: 'SET movementId = :id, refusals = :after',
  ConditionExpression:
    '(attribute_not_exists(refusals) OR refusals = :before) AND (attribute_not_exists(contentHash) OR contentHash <> :hash)',
  ExpressionAttributeValues: { ':id': movementId, ':hash': hash, ':before': before, ':after': after },
});

/** Keys in the stock table that are read for the decision on a movement. */
function keysOf({ sku, movementId, warehouse, lot, transferId }: SubmittedMovement): Key[] {
  return [
    stockKey(sku),
    movementKey(movementId),
    ...(lot === undefined ? [] : [skuRowKey(sku, lotSortKey(warehouse, lot))]),
    ...(transferId === undefined ? [] : [skuRowKey(sku, transitSortKey(transferId, lot))]),
  ];
}

const distinct = (keys: Key[]): Key[] => [...new Map(keys.map((key) => [`${key.pk} ${key.sk}`, key])).values()];

function addItem(state: MovementState, item: unknown): void {
  const { sk } = z.object({ sk: z.string() }).parse(item);
  if (sk === 'MOVEMENT') {
    const { movementId, contentHash: applied, refusals } = MovementItem.parse(item);
    if (applied !== undefined) state.appliedHashes.set(movementId, applied);
    if (refusals) state.rejectedFor.set(movementId, new Set(refusals));
    return;
  }
  const { sku } = z.object({ sku: z.string() }).parse(item);
  const snapshot = state.snapshots.get(sku) ?? emptySnapshot();
  if (sk.startsWith(lotPrefix)) snapshot.lots.set(sk, Lot.parse(item));
  else if (sk.startsWith(transitPrefix)) snapshot.transits.set(sk, Transit.parse(item));
  else snapshot.stock = StockItem.parse(item);
  state.snapshots.set(sku, snapshot);
}
