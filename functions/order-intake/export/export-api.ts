import { ulid } from 'ulid';
import type * as routes from '../../../shared/contracts/orders/export-routes.ts';
import { problem, type HttpResponse } from '../../../shared/contracts/problem.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { tooManyExports } from '../../../shared/dynamodb/unfinished-exports.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import type { ExportStore } from './export-store.ts';
import { channelAccessOf } from '../../../shared/access/channel-access.ts';

const unknownExport = problem(404, 'unknown-export', 'There is no such export.');

const defaultRetryBudgetMs = 4000;

/** Requests a file of the orders that are visible to the caller, who has at most `atOnce` unfinished exports. */
export const requestExport =
  (
    store: Pick<ExportStore, 'request' | 'unfinished'>,
    channels: Channels,
    atOnce: number,
    retryBudgetMs = defaultRetryBudgetMs,
  ) =>
  async ({ body, caller, cause }: Request<typeof routes.postOrderExport>): Promise<HttpResponse> => {
    const { onlyChannel } = channelAccessOf(caller.clientId, channels);
    const requested = { exportId: ulid(cause.now), ...body, status: 'requested' as const };
    const accepted: HttpResponse = {
      status: 202,
      headers: { location: `/orders/exports/${requested.exportId}` },
      body: requested,
    };
    return retryOnConflict(retryBudgetMs, async () => {
      const unfinished = await store.unfinished(caller.clientId, cause.now);
      if (unfinished.exports.length >= atOnce) return tooManyExports(atOnce);
      const outcome = await store.request({ ...requested, onlyChannel }, caller.clientId, unfinished, cause);
      return outcome === 'done' ? accepted : undefined;
    });
  };

/** Returns an export whose orders are all visible to the caller. */
export const getExport =
  (store: Pick<ExportStore, 'read'>, channels: Channels) =>
  async ({ params, caller }: Request<typeof routes.getOrderExport>): Promise<HttpResponse> => {
    const found = await store.read(params.exportId);
    const own = channelAccessOf(caller.clientId, channels).onlyChannel;
    if (!found || (own !== undefined && found.onlyChannel !== own)) return unknownExport;
    const { onlyChannel: _internal, ...shown } = found;
    return { status: 200, body: shown };
  };
