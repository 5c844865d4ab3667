import type * as routes from '../../../shared/contracts/refunds/return-routes.ts';
import { problem, type HttpResponse } from '../../../shared/contracts/problem.ts';
import type { ReturnAddress, ReturnResponse } from '../../../shared/contracts/refunds/return-routes.ts';
import { contentHash } from '../../../shared/ids.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import { outcomeResponse } from '../refund/responses.ts';
import { applyChange } from '../refund/apply.ts';
import { isVisibleTo } from '../refund/caller.ts';
import type { ReceiptStore } from './receipt-store.ts';
import type { Receipt } from './receipt.ts';
import type { RefundItem } from '../refund/refund-item.ts';
import { type Destination, receive, refundOfReturn, returnStatusOf, rmaIdOf } from './returning.ts';
import type { RefundStore } from '../refund/store.ts';

/** By warehouse. What came from a warehouse without an address goes back to the first that has one. */
export type ReturnAddresses = Record<string, ReturnAddress>;

/** What serves customers who send goods back, and the warehouse that opens their parcels. */
export function returnRoutes(
  store: RefundStore,
  receipts: ReceiptStore,
  channels: Channels,
  addresses: ReturnAddresses,
) {
  const [first] = Object.keys(addresses);
  const destinationOf: Destination = (warehouse) => (warehouse in addresses ? warehouse : (first ?? warehouse));

  const answer = async (refund: RefundItem): Promise<ReturnResponse> =>
    answerOf(refund, await receipts.all(refund.refundId), addresses, destinationOf);

  const find = async (rmaId: string, caller: Parameters<typeof isVisibleTo>[0]): Promise<RefundItem | undefined> => {
    const refund = await store.refund(refundOfReturn(rmaId));
    return refund && refund.returning.length > 0 && isVisibleTo(caller, channels, refund.channel) ? refund : undefined;
  };

  return {
    getReturn: async ({ params, caller }: Request<typeof routes.getReturn>): Promise<HttpResponse> => {
      const refund = await find(params.rmaId, caller);
      return refund ? { status: 200, body: await answer(refund) } : unknownReturn;
    },

    receiveReturn: async ({
      params,
      body,
      caller,
      cause,
    }: Request<typeof routes.receiveReturn>): Promise<HttpResponse> => {
      const { rmaId } = params;
      const refund = await find(rmaId, caller);
      if (!refund) return unknownReturn;
      const { refundId } = refund;
      const at = new Date(cause.now).toISOString();
      const receipt: Receipt = { ...body, refundId, by: caller.subject, at, contentHash: contentHash(body) };
      const outcome = await applyChange(
        store,
        refundId,
        async (now, account) =>
          receive(now, account, receipt, await receipts.find(refundId, receipt.receiptId), destinationOf),
        cause,
      );
      if (outcome?.kind === 'changed') {
        return { status: 201, headers: { location: `/returns/${rmaId}` }, body: await answer(outcome.refund) };
      }
      if (outcome?.kind === 'already-done') {
        return { status: 200, headers: { 'idempotent-replayed': 'true' }, body: await answer(outcome.refund) };
      }
      return outcomeResponse(outcome);
    },
  };
}

const unknownReturn = problem(404, 'not-found', 'There is no such return.');

/** A return as callers see it. */
function answerOf(
  refund: RefundItem,
  receipts: readonly Receipt[],
  addresses: ReturnAddresses,
  destinationOf: Destination,
): ReturnResponse {
  const rmaId = rmaIdOf(refund.refundId);
  const status = returnStatusOf(refund);
  const byWarehouse = Map.groupBy(refund.returning, ({ warehouse }) => destinationOf(warehouse));
  const labels = [...byWarehouse].map(([warehouse, lines]) => ({
    reference: rmaId,
    warehouse,
    to: addresses[warehouse],
    units: lines.map(({ sku, quantity }) => ({ sku, quantity })),
  }));
  return {
    rmaId,
    refundId: refund.refundId,
    orderId: refund.orderId,
    externalOrderId: refund.externalOrderId,
    channel: refund.channel,
    status,
    reason: refund.reason,
    note: refund.note,
    returnBy: refund.returnBy,
    // Nobody is to send anything before it is agreed to.
    labels: status === 'expected' || status === 'received' ? labels : [],
    units: refund.returning.map(({ warehouse, quantity, ...line }) => ({
      ...line,
      warehouse: destinationOf(warehouse),
      expected: quantity,
    })),
    receipts: receipts.map(({ receiptId, at, warehouse, units }) => ({ receiptId, at, warehouse, units })),
  };
}
