import { retryOnConflict } from '../../shared/dynamodb/retry-on-conflict.ts';
import { createCursors } from '../../shared/dynamodb/cursor.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import * as routes from '../../shared/contracts/catalog/routes.ts';
import { type HttpResponse, invalidContent, invalidValueText, problem } from '../../shared/contracts/problem.ts';
import { contentHash } from '../../shared/ids.ts';
import { httpHandlerForChannels, on, type Request } from '../../shared/lambda/http-handler.ts';
import { secretReader } from '../../shared/secret-store.ts';
import { decide, etagOf, type StoredSku } from './decide.ts';
import { Env } from './env.ts';
import { listSkus } from './sku-list-api.ts';
import { createSkuListStore } from './sku-list-store.ts';
import { type CatalogStore, createCatalogStore } from './store.ts';

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
  (store: CatalogStore) =>
  async ({ params }: Request<typeof routes.getSku>): Promise<HttpResponse> => {
    const sku = await store.read(params.sku);
    return sku ? skuResponse(200, sku) : unknownSku;
  };

const env = Env.parse(process.env);
const db = openDatabase();
const store = createCatalogStore(db, env);
const cursors = createCursors(secretReader(env.CURSOR_SECRET_ARN));
export const handler = httpHandlerForChannels(
  env.CHANNELS,
  on(routes.putSku, putSku(store, env.TAX_CATEGORIES)),
  on(routes.getSku, getSku(store)),
  on(routes.listSkus, listSkus(createSkuListStore(db, env), cursors, env.TIME_ZONE)),
);
