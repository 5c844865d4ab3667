import type { PriceGuard } from '../../../shared/catalog/price-guard.ts';
import type * as routes from '../../../shared/contracts/catalog/routes.ts';
import type { SkuContent } from '../../../shared/contracts/catalog/routes.ts';
import type { SkuPricesContent } from '../../../shared/contracts/catalog/price-routes.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import {
  type FieldError,
  type HttpResponse,
  invalidContent,
  invalidValueText,
  problem,
} from '../../../shared/contracts/problem.ts';
import type { Action } from '../../../shared/dynamodb/database.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { etagOf } from '../../../shared/contracts/entity-tag.ts';
import { contentHash } from '../../../shared/ids.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import type { Decision, StoredSku } from './decide.ts';
import { belowMargin, type PriceFloor, tooLowText } from './margin-check.ts';
import { planSku } from './plan-sku.ts';
import type { Approval } from '../../../shared/catalog/price-history.ts';
import type { CatalogStore } from './sku-store.ts';
import { skuFor } from './visibility.ts';

/** Concurrent changes of one SKU are rare: the later one is decided again on the new version. */
const defaultRetryBudgetMs = 4000;

const skuResponse = (status: 200 | 201, sku: StoredSku): HttpResponse => ({
  status,
  headers: { etag: etagOf(sku) },
  body: sku.record,
});
const unknownSku = problem(404, 'unknown-sku', 'The catalogue has no such SKU.');
const preconditionFailed = problem(412, 'precondition-failed', 'The SKU has another version than If-Match names.');

/** Why a tax category is not one of the settings; undefined if it is. */
export const taxCategoryProblem = (taxCategory: string, known: readonly string[]): string | undefined =>
  known.includes(taxCategory) ? undefined : invalidValueText(taxCategory, known);

export type Guard = { taxCategories: readonly string[]; priceGuard: PriceGuard };

/** `actions` are written in the same transaction. */
export type SaveOptions = {
  ifMatch?: string | undefined;
  approval?: Approval | undefined;
  actions?: readonly Action[] | undefined;
};

/** Makes a price wait for a second person; `base` is the entity tag of what it changes. */
export type RequestApproval = (
  change: {
    sku: string;
    listId?: string | undefined;
    content: SkuContent | SkuPricesContent;
    base: string;
    minPriceMinor: number;
  },
  by: string,
  cause: Cause,
) => Promise<HttpResponse>;

/** The entity tag of a SKU, or that of none. */
export const tagOfSku = (sku: StoredSku | undefined): string => (sku ? etagOf(sku) : 'none');

export type SavedSku =
  | Exclude<Decision, { kind: 'create' | 'replace' }>
  | { kind: 'create' | 'replace'; next: StoredSku }
  | { kind: 'invalid'; errors: FieldError[] }
  | { kind: 'below-margin'; floor: PriceFloor; current: StoredSku | undefined };

/**
 * Creates or replaces a SKU. The row of a file is saved as a PUT. `taxCategories` are those of the settings. A new price
 * below the margin is not saved, unless a second person `approved` it; a higher cost is saved and reported.
 */
export const saveSku =
  (store: Pick<CatalogStore, 'load' | 'write'>, guard: Guard, retryBudgetMs = defaultRetryBudgetMs) =>
  async (
    sku: string,
    body: SkuContent,
    cause: Cause,
    { ifMatch, approval, actions }: SaveOptions = {},
  ): Promise<SavedSku> => {
    const detail = taxCategoryProblem(body.taxCategory, guard.taxCategories);
    if (detail !== undefined) return { kind: 'invalid', errors: [{ pointer: '/taxCategory', detail }] };
    const record = { sku, ...body };
    const wanted = { record, contentHash: contentHash(record) };
    return retryOnConflict(retryBudgetMs, async () => {
      const priced = await store.load([sku]);
      const planned = planSku(wanted, priced, { ifMatch, approval, priceGuard: guard.priceGuard }, cause);
      if (planned.kind !== 'write') return planned;
      const { decision, change } = planned;
      return (await store.write(decision.next, cause, { ...change, actions })) === 'done' ? decision : undefined;
    });
  };

export const putSku =
  (save: ReturnType<typeof saveSku>, requestApproval: RequestApproval) =>
  async ({ params, headers, body, caller, cause }: Request<typeof routes.putSku>): Promise<HttpResponse> => {
    const saved = await save(params.sku, body, cause, { ifMatch: headers['if-match'] });
    if (saved.kind !== 'below-margin' || saved.floor.belowMargin !== 'approve') return savedResponse(saved, body);
    const { minPriceMinor } = saved.floor;
    const change = { sku: params.sku, content: body, base: tagOfSku(saved.current), minPriceMinor };
    return requestApproval(change, caller.subject || caller.clientId, cause);
  };

/** The response to a saved SKU. */
export function savedResponse(saved: SavedSku, { priceMinor }: Pick<SkuContent, 'priceMinor'>): HttpResponse {
  switch (saved.kind) {
    case 'precondition-failed':
      return preconditionFailed;
    case 'unchanged':
      return skuResponse(200, saved.current);
    case 'invalid':
      return invalidContent(saved.errors);
    case 'below-margin':
      return belowMargin([{ pointer: '/priceMinor', detail: tooLowText(priceMinor, saved.floor) }]);
    case 'create':
      return skuResponse(201, saved.next);
    case 'replace':
      return skuResponse(200, saved.next);
    default:
      return saved satisfies never;
  }
}

export const getSku =
  (store: CatalogStore, channels: Channels) =>
  async ({ params, caller, cause }: Request<typeof routes.getSku>): Promise<HttpResponse> => {
    const sku = await store.read(params.sku);
    const record = sku && skuFor(sku.record, caller.clientId, channels, cause.now);
    return record ? skuResponse(200, { ...sku, record }) : unknownSku;
  };
