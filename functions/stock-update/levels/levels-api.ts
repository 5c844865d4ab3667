import { businessDays } from '../../../shared/business-day.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/stock/level-routes.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import { collectPage, oldestOf } from '../../../shared/dynamodb/list-page.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { listKeys, type StockItem, stockPartition } from '../../../shared/stock/stock-item.ts';
import type { StockListStore } from '../../../shared/stock/stock-list-store.ts';
import { lotResponse, stockResponse } from '../stock/responses.ts';
import type { WarehouseCodes } from '../../../shared/store.ts';
import { unknownWarehouseFilter } from '../../../shared/reference-data/unknown-warehouse.ts';
import type { StockStore } from '../stock/store.ts';
import { type LevelFilter, matchesLevels, matchingLots, needsLots } from './level-filter.ts';
import { expiryCutoff, type LotExpirySettings } from '../../../shared/stock/lot.ts';

const positionPattern = /^SKU#[A-Za-z0-9._-]{1,64}$/;
/** The lots of a SKU are a query each. */
const parallelQueries = 32;

type Stores = { levels: StockListStore; stock: Pick<StockStore, 'lots'>; cursors: Cursors };
type Entry = ReturnType<typeof stockResponse> & { lots?: ReturnType<typeof lotResponse>[] };

/** Serves a page of the list of stock, in the order of the SKUs. `warehouses` are those of the settings. */
export const listStock =
  ({ levels, stock, cursors }: Stores, settings: LotExpirySettings, warehouses: WarehouseCodes) =>
  async ({ query, caller, cause }: Request<typeof routes.listStock>): Promise<HttpResponse> => {
    const { limit, cursor, ...filter } = query;
    const unknown = unknownWarehouseFilter(filter.warehouse, warehouses);
    if (unknown) return unknown;
    const list = { list: 'stock', ...filter, caller: caller.clientId };
    const start = await cursors.startAfter(cursor, list, positionPattern);
    if ('refusal' in start) return start.refusal;
    const { after } = start;

    const today = businessDays(settings.TIME_ZONE)(cause.now);
    const cutoff = expiryCutoff(settings)(cause.now);
    const lotsOf = async (sku: string) =>
      matchingLots(await stock.lots(sku), filter).map((lot) => lotResponse(lot, today, cutoff));
    const read = async (keys: string[]) => {
      const items = [...(await levels.read(keys)).values()].filter((item) => matchesLevels(item, filter));
      return entriesOf(items, filter, lotsOf);
    };
    const isFiltered = Object.values(filter).some((value) => value !== undefined);
    const source = oldestOf(listKeys, levels.partitionKeys);
    const { entries, last } = await collectPage(source, read, { limit, after, isFiltered });
    return {
      status: 200,
      body: { stock: entries, ...(last !== undefined && { cursor: await cursors.of(list, last) }) },
    };
  };

/** The entries of these items by partition key, without those whose lots do not match. */
async function entriesOf(
  items: readonly StockItem[],
  filter: LevelFilter,
  lotsOf: (sku: string) => Promise<ReturnType<typeof lotResponse>[]>,
): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  await inParallel(parallelQueries, items, async (item) => {
    const { sku } = item;
    const entry = stockResponse(sku, item);
    if (!needsLots(filter)) {
      entries.set(stockPartition(sku), entry);
      return;
    }
    const lots = await lotsOf(sku);
    if (lots.length > 0) entries.set(stockPartition(sku), { ...entry, lots });
  });
  return entries;
}
