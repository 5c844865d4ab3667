import { ulid } from 'ulid';
import type * as routes from '../../../shared/contracts/orders/export-routes.ts';
import { problem, type HttpResponse } from '../../../shared/contracts/problem.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import type { ExportStore } from './export-store.ts';
import { sightOf } from '../order/sight.ts';

const unknownExport = problem(404, 'unknown-export', 'There is no such export.');

/** Asks for a file of the orders that the caller may see. */
export const requestExport =
  (store: Pick<ExportStore, 'request'>, channels: Channels) =>
  async ({ body, caller, cause }: Request<typeof routes.postOrderExport>): Promise<HttpResponse> => {
    const { onlyChannel } = sightOf(caller.clientId, channels);
    const wanted = { exportId: ulid(cause.now), ...body, status: 'requested' as const };
    await store.request({ ...wanted, onlyChannel }, cause);
    return { status: 202, headers: { location: `/orders/exports/${wanted.exportId}` }, body: wanted };
  };

/** An export is shown to whom all its orders are shown. */
export const getExport =
  (store: Pick<ExportStore, 'read'>, channels: Channels) =>
  async ({ params, caller }: Request<typeof routes.getOrderExport>): Promise<HttpResponse> => {
    const found = await store.read(params.exportId);
    const own = sightOf(caller.clientId, channels).onlyChannel;
    if (!found || (own !== undefined && found.onlyChannel !== own)) return unknownExport;
    const { onlyChannel: _whose, ...shown } = found;
    return { status: 200, body: shown };
  };
