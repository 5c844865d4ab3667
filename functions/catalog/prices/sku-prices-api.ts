import { channelAccessOf } from '../../../shared/access/channel-access.ts';
import type { PriceGuard } from '../../../shared/catalog/price-guard.ts';
import type * as routes from '../../../shared/contracts/catalog/price-routes.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { etagOf } from '../../../shared/contracts/entity-tag.ts';
import { type HttpResponse, invalidContent, problem } from '../../../shared/contracts/problem.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import { belowMargin } from '../skus/margin-check.ts';
import type { RequestApproval, SaveOptions } from '../skus/sku-api.ts';
import type { CatalogStore } from '../skus/sku-store.ts';
import { appliesIn, skuFor } from '../skus/visibility.ts';
import { openPeriods, type Period, type WantedPeriod } from './plan-periods.ts';
import {
  type ListPrices,
  listPricesOf,
  marginOf,
  type PlannedPrices,
  planPrices,
  taggedPrices,
  unknownList,
  unknownSku,
} from './plan-prices.ts';

const defaultRetryBudgetMs = 4000;

const unknown = {
  [unknownList]: problem(404, unknownList, 'The store has no such price list. Create it first.'),
  [unknownSku]: problem(404, unknownSku, 'The catalogue has no such SKU. Create it first.'),
};
const preconditionFailed = problem(412, 'precondition-failed', 'The prices are others than If-Match names.');

type Target = { listId: string; sku: string };
/** The prices that are wanted, or what makes them of the stored ones. */
type Wanted = readonly WantedPeriod[] | ((stored: readonly Period[], now: number) => readonly WantedPeriod[]);
export type SavedPrices =
  { kind: typeof unknownList | typeof unknownSku } | Exclude<PlannedPrices, { kind: 'write' }> | { kind: 'written' };

/** Saves the prices of a SKU in a list. The rows of a file are saved as a PUT. */
export const savePrices =
  (store: Pick<CatalogStore, 'load' | 'write'>, guard: PriceGuard, retryBudgetMs = defaultRetryBudgetMs) =>
  (
    target: Target,
    wanted: Wanted,
    cause: Cause,
    given: SaveOptions = {},
  ): Promise<{ saved: SavedPrices; prices?: ListPrices }> =>
    retryOnConflict(retryBudgetMs, async () => {
      const prices = listPricesOf(await store.load([target.sku]), target, guard);
      if (typeof prices === 'string') return { saved: { kind: prices } };
      const { sku: current, stored } = prices;
      // Prices start after the last change, so that a slow clock changes no history.
      const now = Math.max(cause.now, Date.parse(current.changedAt ?? '1970-01-01T00:00:00Z'));
      const periods = typeof wanted === 'function' ? wanted(stored, now) : wanted;
      const plan = planPrices(prices, { wanted: periods, ...given }, now);
      if (plan.kind !== 'write') return { saved: plan, prices };
      const { approval, actions } = given;
      if ((await store.write(plan.next, cause, { current, approval, actions })) !== 'done') return undefined;
      const next = listPricesOf(
        { skus: new Map([[target.sku, plan.next]]), lists: [prices.list], categories: new Map() },
        target,
        guard,
      );
      return {
        saved: { kind: 'written' },
        prices: typeof next === 'string' ? prices : { ...next, floor: prices.floor },
      };
    });
export type SavePrices = ReturnType<typeof savePrices>;

function pricesResponse(prices: ListPrices, now: number): HttpResponse {
  const { list, sku, stored } = prices;
  const margin = marginOf(prices);
  return {
    status: 200,
    headers: { etag: etagOf(taggedPrices(stored, now)) },
    body: {
      listId: list.listId,
      sku: sku.record.sku,
      currency: list.currency,
      prices: openPeriods(stored, now),
      ...(margin && { margin }),
    },
  };
}

/** The response to saved prices. */
export function savedResponse({ saved, prices }: Awaited<ReturnType<SavePrices>>, now: number): HttpResponse {
  switch (saved.kind) {
    case 'unknown-price-list':
    case 'unknown-sku':
      return unknown[saved.kind];
    case 'precondition-failed':
      return preconditionFailed;
    case 'invalid':
      return invalidContent(saved.errors);
    case 'below-margin':
      return belowMargin(saved.errors);
    case 'unchanged':
    case 'written':
      return prices ? pricesResponse(prices, now) : unknown[unknownSku];
    default:
      return saved satisfies never;
  }
}

export const putSkuPrices =
  (save: SavePrices, requestApproval: RequestApproval) =>
  async ({ params, headers, body, caller, cause }: Request<typeof routes.putSkuPrices>): Promise<HttpResponse> => {
    const result = await save(params, body.prices, cause, { ifMatch: headers['if-match'] });
    const { saved, prices } = result;
    if (saved.kind !== 'below-margin' || prices?.floor?.belowMargin !== 'approve')
      return savedResponse(result, cause.now);
    const { minPriceMinor } = prices.floor;
    const base = etagOf(taggedPrices(prices.stored, cause.now));
    return requestApproval({ ...params, content: body, base, minPriceMinor }, caller.subject || caller.clientId, cause);
  };

/** The entity tag of the prices of a SKU in a list at `now` (milliseconds), or that of none. */
export const tagOfPrices =
  (store: Pick<CatalogStore, 'load'>, guard: PriceGuard) =>
  async (target: Target, now: number): Promise<string> => {
    const prices = listPricesOf(await store.load([target.sku]), target, guard);
    return typeof prices === 'string' ? prices : etagOf(taggedPrices(prices.stored, now));
  };

export const deleteSkuPrices =
  (save: SavePrices) =>
  async ({ params, headers, cause }: Request<typeof routes.deleteSkuPrices>): Promise<HttpResponse> => {
    const response = savedResponse(await save(params, [], cause, { ifMatch: headers['if-match'] }), cause.now);
    return response.status === 200 ? { status: 204 } : response;
  };

export const getSkuPrices =
  (store: Pick<CatalogStore, 'load'>, guard: PriceGuard, channels: Channels) =>
  async ({ params, caller, cause }: Request<typeof routes.getSkuPrices>): Promise<HttpResponse> => {
    const prices = listPricesOf(await store.load([params.sku]), params, guard);
    if (typeof prices === 'string') return unknown[prices];
    if (!appliesIn(prices.list, channelAccessOf(caller.clientId, channels).onlyChannel)) return unknown[unknownList];
    if (!skuFor(prices.sku.record, caller.clientId, channels, cause.now)) return unknown[unknownSku];
    return pricesResponse(prices, cause.now);
  };
