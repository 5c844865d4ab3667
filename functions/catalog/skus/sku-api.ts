import type * as routes from '../../../shared/contracts/catalog/routes.ts';
import { type HttpResponse, invalidContent, invalidValueText, problem } from '../../../shared/contracts/problem.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { etagOf } from '../../../shared/contracts/entity-tag.ts';
import { contentHash } from '../../../shared/ids.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import { decide, type StoredSku } from './decide.ts';
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

/** `taxCategories` are those of the settings. */
export const putSku =
  (store: CatalogStore, taxCategories: readonly string[], retryBudgetMs = defaultRetryBudgetMs) =>
  async ({ params, headers, body, cause }: Request<typeof routes.putSku>): Promise<HttpResponse> => {
    if (!taxCategories.includes(body.taxCategory)) {
      const detail = invalidValueText(body.taxCategory, taxCategories);
      return invalidContent([{ pointer: '/taxCategory', detail }]);
    }
    const record = { sku: params.sku, ...body };
    const wanted = { record, contentHash: contentHash(record) };
    return retryOnConflict(retryBudgetMs, async () => {
      const decision = decide(wanted, await store.read(params.sku), headers['if-match']);
      if (decision.kind === 'precondition-failed') return preconditionFailed;
      if (decision.kind === 'unchanged') return skuResponse(200, decision.current);
      const outcome = await store.write(decision.next, cause);
      return outcome === 'done' ? skuResponse(decision.kind === 'create' ? 201 : 200, decision.next) : undefined;
    });
  };

export const getSku =
  (store: CatalogStore, channels: Channels) =>
  async ({ params, caller, cause }: Request<typeof routes.getSku>): Promise<HttpResponse> => {
    const sku = await store.read(params.sku);
    const record = sku && skuFor(sku.record, caller.clientId, channels, cause.now);
    return record ? skuResponse(200, { ...sku, record }) : unknownSku;
  };
