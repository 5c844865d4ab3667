import { channelAccessOf } from '../../../shared/access/channel-access.ts';
import { emptyRange, invalidParameter, timeRangeOf } from '../../../shared/contracts/list-query.ts';
import { type HttpResponse, invalidValueText } from '../../../shared/contracts/problem.ts';
import type { findReturns, ReturnSummary } from '../../../shared/contracts/refunds/return-routes.ts';
import type { findRefunds } from '../../../shared/contracts/refunds/routes.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels, WarehouseCodes } from '../../../shared/store.ts';
import { unknownWarehouseFilter } from '../../../shared/reference-data/unknown-warehouse.ts';
import { departmentRefusal } from '../refund/change.ts';
import type { PolicyStore } from '../refund/policy-store.ts';
import type { RefundItem } from '../refund/refund-item.ts';
import { requestedKeyPattern } from '../refund/refund-keys.ts';
import { refundResponse } from '../refund/responses.ts';
import type { RefundStore } from '../refund/store.ts';
import { findRefundPage, type RefundSearch } from './find-refunds.ts';
import { isReturnListed, refundStatusesOf } from './return-filter.ts';

/** `timeZone` is the IANA zone of the business days. */
type Settings = { channels: Channels; warehouses: WarehouseCodes; timeZone: string };

type Stores = {
  store: Pick<RefundStore, 'requestedKeys' | 'listed'>;
  policies: Pick<PolicyStore, 'current'>;
  cursors: Cursors;
};

/** The routes that list refunds and returns. `summaryOf` is the entry of a return. */
export function searchApi(
  { store, policies, cursors }: Stores,
  { channels, warehouses, timeZone }: Settings,
  summaryOf: (refund: RefundItem) => ReturnSummary,
) {
  /** A page with its cursor, or the response to an invalid cursor or time range. */
  async function pageOf(
    list: 'refunds' | 'returns',
    { limit, cursor, ...filters }: Request<typeof findRefunds>['query'] | Request<typeof findReturns>['query'],
    clientId: string,
    search: Pick<RefundSearch, 'status' | 'isWanted'>,
  ): Promise<{ refunds: RefundItem[]; cursor: { cursor?: string } } | { refusal: HttpResponse }> {
    const query = { list, ...filters, caller: clientId };
    const start = await cursors.startAfter(cursor, query, requestedKeyPattern);
    if ('refusal' in start) return start;
    const { after } = start;
    const range = timeRangeOf(filters, timeZone);
    if (!range) return { refusal: emptyRange };
    const access = channelAccessOf(clientId, channels);
    const { orderId } = filters;
    const { entries, last } = await findRefundPage(store, { ...search, orderId, range, limit, after, access });
    return { refunds: entries, cursor: last === undefined ? {} : { cursor: await cursors.of(query, last) } };
  }

  /** Which pending refunds wait for the decision of a department, by the limits in force; or the response to an unknown one. */
  async function awaiting(department: string): Promise<Pick<RefundSearch, 'isWanted'> | { refusal: HttpResponse }> {
    const { limits } = (await policies.current()).content;
    if (ownValue(limits, department) === undefined) {
      return { refusal: invalidParameter('awaiting', invalidValueText(department, Object.keys(limits))) };
    }
    const isWanted = (refund: RefundItem) => departmentRefusal(refund, department, limits) === undefined;
    return { isWanted };
  }

  return {
    findRefunds: async ({ query, caller }: Request<typeof findRefunds>): Promise<HttpResponse> => {
      const { awaiting: department, status: given } = query;
      const wanted = department === undefined ? {} : await awaiting(department);
      if ('refusal' in wanted) return wanted.refusal;
      const isPossible = given === undefined || given.includes('pending-approval');
      const pending = isPossible ? (['pending-approval'] as const) : [];
      const status = department === undefined ? given : pending;
      const page = await pageOf('refunds', query, caller.clientId, { ...wanted, status });
      if ('refusal' in page) return page.refusal;
      return { status: 200, body: { refunds: page.refunds.map(refundResponse), ...page.cursor } };
    },

    findReturns: async ({ query, caller, cause }: Request<typeof findReturns>): Promise<HttpResponse> => {
      const unknown = unknownWarehouseFilter(query.warehouse, warehouses);
      if (unknown) return unknown;
      const page = await pageOf('returns', query, caller.clientId, {
        status: refundStatusesOf(query.status),
        isWanted: (refund) => refund.returning.length > 0 && isReturnListed(summaryOf(refund), query, cause.now),
      });
      if ('refusal' in page) return page.refusal;
      return { status: 200, body: { returns: page.refunds.map(summaryOf), ...page.cursor } };
    },
  };
}
