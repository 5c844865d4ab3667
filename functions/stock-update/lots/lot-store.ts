import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, type DataOf, newEvent } from '../../../shared/contracts/define-event.ts';
import { StockLotExpired, StockLotsShipped, StockMoved } from '../../../shared/contracts/stock/events.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { keysUnder, queryPages } from '../../../shared/dynamodb/query-pages.ts';
import { allStock, listKeys, stockKey, stockPartition } from '../../../shared/stock/stock-item.ts';
import { lotActions } from '../stock/update-expressions.ts';
import { Lot, lotPrefix, lotSortKey } from '../../../shared/stock/lot.ts';

/** Key of the record that the units of a shipment were deducted from lots. */
const deductionKey = (movementId: string) => ({ pk: `MOVEMENT#${movementId}`, sk: 'LOTS' });
/** Partition of the events of a SKU's lots. The partition of its stock holds only the ledger. */
const lotsPartition = (sku: string) => `${stockPartition(sku)}#LOTS`;
const bySortKey = (lots: readonly Lot[]) => new Map(lots.map((lot) => [lotSortKey(lot.warehouse, lot.lot), lot]));

/** A lot whose expired units change by `expiredDelta`. */
export type LotChange = { before: Lot; lot: Lot; expiredDelta: number };

/** Lots, deductions of shipped units, and expired units. */
export const createLotStore = (db: Database, { STOCK_TABLE_NAME: table }: { STOCK_TABLE_NAME: string }) => {
  const lotsWith = async (sku: string, prefix: string): Promise<Lot[]> => {
    const lots: Lot[] = [];
    const query = {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': stockPartition(sku), ':prefix': prefix },
      ConsistentRead: true,
    };
    for await (const items of queryPages(db, query)) lots.push(...items.map((item) => Lot.parse(item)));
    return lots;
  };

  /** Changes the expired units of a warehouse, with a ledger row for each lot. */
  function expiryActions(changes: readonly LotChange[], id: string, cause: Cause): Action[] {
    const events = changes
      .filter(({ expiredDelta }) => expiredDelta !== 0)
      .map(({ lot: { sku, warehouse, lot }, expiredDelta }) =>
        newEvent(
          StockMoved,
          {
            movementId: `expiry#${sku}#${warehouse}#${lot}#${id}`,
            sku,
            warehouse,
            lot,
            type: 'expiry',
            onHandDelta: 0,
            unavailableDelta: expiredDelta,
            unavailableDeltas: { expired: expiredDelta },
            occurredAt: new Date(cause.now).toISOString(),
          },
          cause,
        ),
      );
    const [first, last] = [events.at(0), events.at(-1)];
    if (!first || !last) return [];
    const { sku, warehouse } = first.detail.data;
    const units = events.reduce((sum, { detail }) => sum + detail.data.unavailableDelta, 0);
    return [
      {
        Update: {
          TableName: table,
          Key: stockKey(sku),
          UpdateExpression:
            'SET #s.#w.unavailable = #s.#w.unavailable + :units, #s.#w.available = #s.#w.available - :units, ' +
            '#s.#w.expired = if_not_exists(#s.#w.expired, :zero) + :units, lastMove = :lastMove',
          ConditionExpression: 'attribute_exists(#s.#w)',
          ExpressionAttributeNames: { '#s': 'warehouses', '#w': warehouse },
          ExpressionAttributeValues: { ':units': units, ':zero': 0, ':lastMove': last.detail.metadata.eventId },
        },
      },
      ...events.map((event) => ({ Put: { TableName: table, Item: outboxItem(stockPartition(sku), event) } })),
    ];
  }
  const replaceLots = (changes: readonly LotChange[]): Action[] =>
    lotActions(table, {
      before: { lots: bySortKey(changes.map(({ before }) => before)) },
      after: { lots: bySortKey(changes.map(({ lot }) => lot)) },
    });

  return {
    lotsIn: (sku: string, warehouse: string): Promise<Lot[]> => lotsWith(sku, lotSortKey(warehouse, '')),
    lotsOf: (sku: string): Promise<Lot[]> => lotsWith(sku, lotPrefix),

    /** SKUs with a stock item, page by page. */
    async *skus(): AsyncGenerator<string[]> {
      for await (const keys of keysUnder(db, table, allStock, listKeys)) {
        yield keys.map(({ pk }) => pk.slice(stockPartition('').length));
      }
    },

    /** Changes the expired units of a lot that is as it was read, with an event if it expires. */
    expire(change: LotChange, cause: Cause): Promise<'done' | 'version-conflict'> {
      const {
        lot: { sku, warehouse, lot, expiresOn },
        expiredDelta,
      } = change;
      const events =
        expiresOn === undefined || expiredDelta <= 0
          ? []
          : [newEvent(StockLotExpired, { sku, warehouse, lot, expiresOn, units: expiredDelta }, cause)];
      return transact(db, [
        ...replaceLots([change]),
        ...expiryActions([change], cause.causationId, cause),
        ...events.map((event) => ({ Put: { TableName: table, Item: outboxItem(lotsPartition(sku), event) } })),
      ]);
    },

    isDeducted: async (movementId: string): Promise<boolean> =>
      (await readBatch(db, { [table]: [deductionKey(movementId)] }, true)).get(table)?.length === 1,

    /**
     * Deducts a shipment from lots that are as they were read, once per movement, with an event. A shipment for which no lot
     * had units is recorded without an event.
     */
    deduct(changes: readonly LotChange[], shipped: DataOf<typeof StockLotsShipped>, cause: Cause) {
      const { movementId, sku } = shipped;
      const events = shipped.lots.length === 0 ? [] : [newEvent(StockLotsShipped, shipped, cause)];
      return transact(db, [
        {
          Put: {
            TableName: table,
            Item: { ...deductionKey(movementId), ...shipped },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        ...events.map((event) => ({ Put: { TableName: table, Item: outboxItem(lotsPartition(sku), event) } })),
        ...replaceLots(changes),
        ...expiryActions(changes, movementId, cause),
      ]);
    },
  };
};
export type LotStore = ReturnType<typeof createLotStore>;
