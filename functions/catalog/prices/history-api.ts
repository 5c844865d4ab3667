import { channelAccessOf } from '../../../shared/access/channel-access.ts';
import type * as routes from '../../../shared/contracts/catalog/price-routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { maxSets, type ReadPublicPromotions } from '../../../shared/promotions/public-promotions-store.ts';
import type { Channels } from '../../../shared/store.ts';
import { priceChangeOf, type PriceHistory } from '../../../shared/catalog/price-history.ts';
import { historyKeyPattern } from '../../../shared/catalog/price-keys.ts';
import type { CatalogStore } from '../skus/sku-store.ts';
import { skuFor } from '../skus/visibility.ts';
import { maxChanges, maxListVersions, stateAt } from '../../../shared/catalog/offered-history.ts';
import type { PriceHistoryStore } from '../../../shared/catalog/price-history-store.ts';
import { offeredHistory, offeredRange } from './offered-history.ts';
import { pricesAt } from './prices-at.ts';

const unknownSku = problem(404, 'unknown-sku', 'The catalogue has no such SKU.');
const notYet = problem(404, 'unknown-sku', 'The SKU did not exist at that time.');
const staffOnly = problem(403, 'staff-only', 'The history of prices is for staff. Read the prices of a time instead.');

export const getPricesAt =
  (store: CatalogStore, history: PriceHistoryStore, channels: Channels) =>
  async ({ params, query, caller, cause }: Request<typeof routes.getPricesAt>): Promise<HttpResponse> => {
    const { onlyChannel } = channelAccessOf(caller.clientId, channels);
    const at = query.at === undefined ? cause.now : Date.parse(query.at);
    const { skus, lists } = await store.load([params.sku]);
    const sku = skus.get(params.sku);
    if (!sku || !skuFor(sku.record, caller.clientId, channels, cause.now)) return unknownSku;
    const state = await stateAt(history, sku.record, at, cause.now);
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
  (
    store: CatalogStore,
    history: PriceHistoryStore,
    cursors: Cursors,
    { channels, timeZone, promotions }: { channels: Channels; timeZone: string; promotions: ReadPublicPromotions },
  ) =>
  async ({ params, query, caller, cause }: Request<typeof routes.listPriceHistory>): Promise<HttpResponse> => {
    const { onlyChannel } = channelAccessOf(caller.clientId, channels);
    const { sku } = params;
    if (onlyChannel !== undefined && query.channel !== onlyChannel) return staffOnly;
    const range = offeredRange(query, { channels, timeZone, now: cause.now });
    if (range && 'status' in range) return range;
    const { limit, cursor, ...filters } = query;
    const list = { list: 'price-history', sku, ...filters, caller: caller.clientId };
    const start = await cursors.startAfter(cursor, list, historyKeyPattern);
    if ('refusal' in start) return start.refusal;
    const stored = await store.read(sku);
    if (!stored || !skuFor(stored.record, caller.clientId, channels, cause.now)) return unknownSku;
    const offered = range && (await offeredHistory(history, stored.record, range, cause.now, promotions));
    if (offered === 'too-many-changes') return tooManyChanges;
    if (onlyChannel !== undefined) return { status: 200, body: { changes: [], offered } };
    const { items, last } = await history.page(sku, start.after, limit);
    return {
      status: 200,
      body: {
        changes: items.map(changeOf),
        ...(last !== undefined && { cursor: await cursors.of(list, last) }),
        offered,
      },
    };
  };

const tooManyChanges = problem(
  422,
  'too-many-changes',
  `In the range and the 30 days before it, the prices changed more than ${maxChanges} times, the price lists more than ${maxListVersions} times, or promotions more than ${maxSets} times. Use a shorter one.`,
);

function changeOf({ sku, at, by, before, after, requestedBy, approvedBy }: PriceHistory) {
  const { lists = [], cost } = priceChangeOf(sku, before, after, undefined) ?? {};
  return { at, by, lists, cost, requestedBy, approvedBy };
}
