import assert from 'node:assert';
import { ulid } from 'ulid';
import type * as routes from '../../../shared/contracts/catalog/file-routes.ts';
import { type CatalogFileKind, catalogFileKinds } from '../../../shared/contracts/catalog/files.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { tooManyExports } from '../../../shared/dynamodb/unfinished-exports.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { CatalogExportStore } from './export-store.ts';
import type { CatalogFiles } from './files-client.ts';

const defaultRetryBudgetMs = 4000;
const unknownExport = problem(404, 'unknown-export', 'There is no such export.');

const importOf = (kind: CatalogFileKind, name: string) => ({
  importId: `${kind}-${name}`,
  kind,
  file: `imports/${kind}/${name}.csv`,
  result: `results/${kind}/${name}.csv`,
});

/** Accepts a file, or names the key under which it is uploaded. The upload to S3 starts the import. */
export const postCatalogImport =
  (files: Pick<CatalogFiles, 'put'>) =>
  async ({ body, cause }: Request<typeof routes.postCatalogImport>): Promise<HttpResponse> => {
    const requested = importOf(body.kind, ulid(cause.now));
    if (body.csv !== undefined) await files.put(requested.file, body.csv);
    const headers = { location: `/catalog/imports/${requested.importId}` };
    return { status: 202, headers, body: { ...requested, status: 'waiting' } };
  };

/** Returns the state of an import by its summary in S3. */
export const getCatalogImport =
  (files: Pick<CatalogFiles, 'summary'>) =>
  async ({ params }: Request<typeof routes.getCatalogImport>): Promise<HttpResponse> => {
    const at = params.importId.lastIndexOf('-');
    const kind = catalogFileKinds.find((each) => each === params.importId.slice(0, at));
    assert(kind, 'The pattern of the parameter has the kinds of the contract only');
    const requested = importOf(kind, params.importId.slice(at + 1));
    const summary = await files.summary(requested.result.replace(/csv$/, 'json'));
    if (!summary) return { status: 200, body: { ...requested, status: 'waiting' } };
    if ('failed' in summary) return { status: 200, body: { ...requested, status: 'failed' } };
    const { file: _file, ...rest } = summary;
    return { status: 200, body: { ...requested, status: 'completed', summary: rest } };
  };

/** Requests a file of a kind for a caller, who has at most `atOnce` unfinished exports. */
export const postCatalogExport =
  (store: Pick<CatalogExportStore, 'request' | 'unfinished'>, atOnce: number, retryBudgetMs = defaultRetryBudgetMs) =>
  ({ body, caller, cause }: Request<typeof routes.postCatalogExport>): Promise<HttpResponse> => {
    const requested = { exportId: ulid(cause.now), kind: body.kind, status: 'requested' as const };
    const headers = { location: `/catalog/exports/${requested.exportId}` };
    return retryOnConflict(retryBudgetMs, async () => {
      const unfinished = await store.unfinished(caller.clientId, cause.now);
      if (unfinished.exports.length >= atOnce) return tooManyExports(atOnce);
      const outcome = await store.request(requested, caller.clientId, unfinished, cause);
      return outcome === 'done' ? { status: 202, headers, body: requested } : undefined;
    });
  };

export const getCatalogExport =
  (store: Pick<CatalogExportStore, 'read'>) =>
  async ({ params }: Request<typeof routes.getCatalogExport>): Promise<HttpResponse> => {
    const found = await store.read(params.exportId);
    return found ? { status: 200, body: found } : unknownExport;
  };
