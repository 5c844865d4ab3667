import { channelAccessOf } from '../../../shared/access/channel-access.ts';
import type * as routes from '../../../shared/contracts/catalog/price-routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import type { StoredSku } from '../skus/decide.ts';
import { priceChangeOf } from '../skus/price-history.ts';
import { historyKeyPattern } from '../skus/price-keys.ts';
import { type PriceState, priceStateOf } from '../skus/price-state.ts';
import type { CatalogStore } from '../skus/sku-store.ts';
import { skuFor } from '../skus/visibility.ts';
import type { PriceHistoryStore } from './history-store.ts';
import { pricesAt } from './prices-at.ts';

const unknownSku = problem(404, 'unknown-sku', 'The catalogue has no such SKU.');
const notYet = problem(404, 'unknown-sku', 'The SKU did not exist at that time.');
const staffOnly = problem(403, 'staff-only', 'The history of prices is for staff. Read the prices of a time instead.');

/** The prices that were known at a past time, or are known now for a later one; undefined before the SKU existed. */
async function stateAt(
  history: PriceHistoryStore,
  { record }: StoredSku,
  at: number,
  now: number,
): Promise<PriceState | undefined> {
  if (at >= now) return priceStateOf(record);
  const time = new Date(at).toISOString();
  const before = await history.lastUntil(record.sku, time);
  if (before) return before.after;
  const after = await history.firstAfter(record.sku, time);
  // SKUs from before 2026-11-30 have no history until their first change.
  return after ? after.before : priceStateOf(record);
}

export const getPricesAt =
  (store: CatalogStore, history: PriceHistoryStore, channels: Channels) =>
  async ({ params, query, caller, cause }: Request<typeof routes.getPricesAt>): Promise<HttpResponse> => {
    const { onlyChannel } = channelAccessOf(caller.clientId, channels);
    const at = query.at === undefined ? cause.now : Date.parse(query.at);
    const { skus, lists } = await store.load([params.sku]);
    const sku = skus.get(params.sku);
    if (!sku || !skuFor(sku.record, caller.clientId, channels, cause.now)) return unknownSku;
    const state = await stateAt(history, sku, at, cause.now);
    if (!state) return notYet;
    const time = new Date(at).toISOString();
    const listsThen = at >= cause.now ? lists : await history.listsAt(time);
    const { costMinor, currency } = state;
    return {
      status: 200,
      body: {
        sku: params.sku,
        at: time,
        prices: pricesAt(state, listsThen, at, onlyChannel),
        ...(costMinor !== undefined && { cost: { costMinor, currency } }),
      },
    };
  };

export const listPriceHistory =
  (store: CatalogStore, history: PriceHistoryStore, cursors: Cursors, channels: Channels) =>
  async ({ params, query, caller }: Request<typeof routes.listPriceHistory>): Promise<HttpResponse> => {
    if (channelAccessOf(caller.clientId, channels).onlyChannel !== undefined) return staffOnly;
    const list = { list: 'price-history', sku: params.sku, caller: caller.clientId };
    const start = await cursors.startAfter(query.cursor, list, historyKeyPattern);
    if ('refusal' in start) return start.refusal;
    if (!(await store.read(params.sku))) return unknownSku;
    const { items, last } = await history.page(params.sku, start.after, query.limit);
    const changes = items.map(({ sku, at, by, before, after, requestedBy, approvedBy }) => {
      const { lists = [], cost } = priceChangeOf(sku, before, after, undefined) ?? {};
      return { at, by, lists, cost, requestedBy, approvedBy };
    });
    return {
      status: 200,
      body: { changes, ...(last !== undefined && { cursor: await cursors.of(list, last) }) },
    };
  };
