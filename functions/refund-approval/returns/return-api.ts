import { channelAccessOf, isVisible } from '../../../shared/access/channel-access.ts';
import type * as routes from '../../../shared/contracts/refunds/return-routes.ts';
import { type HttpResponse, invalidContent, problem } from '../../../shared/contracts/problem.ts';
import type { ReturnAddress, ReturnResponse, ReturnSummary } from '../../../shared/contracts/refunds/return-routes.ts';
import type { WarehouseResponse } from '../../../shared/contracts/stock/level-routes.ts';
import { canonicalHash } from '../../../shared/content-hash.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { type Channels, type WarehouseCodes, warehouseProblem } from '../../../shared/store.ts';
import { noteOf, outcomeResponse } from '../refund/responses.ts';
import { applyChange } from '../refund/apply.ts';
import type { ReceiptStore } from './receipt-store.ts';
import { refundIdOfReturn, returnStatusOf, rmaIdOf } from '../refund/expected-return.ts';
import type { Receipt, RefundItem } from '../refund/refund-item.ts';
import { type ReturnWarehouseOf, applyReceipt } from './decide.ts';
import type { RefundStore } from '../refund/store.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

/** Return addresses by warehouse. Goods from a warehouse without an address go to the first warehouse with one. */
export type ReturnAddresses = Record<string, ReturnAddress>;

/** The return addresses and the codes of warehouses, in their order. */
export const returnPlaces = (
  warehouses: readonly WarehouseResponse[],
): { addresses: ReturnAddresses; codes: WarehouseCodes } => ({
  addresses: Object.fromEntries(
    warehouses.flatMap(({ warehouse, returnAddress }) => (returnAddress ? [[warehouse, returnAddress]] : [])),
  ),
  codes: warehouses.map(({ warehouse }) => warehouse),
});

/** Routes for customers who return goods and for the warehouse that receives them. */
export function returnApi(
  store: RefundStore,
  receipts: ReceiptStore,
  channels: Channels,
  { addresses, codes }: { addresses: ReturnAddresses; codes: WarehouseCodes },
) {
  const [first] = Object.keys(addresses);
  const returnWarehouseOf: ReturnWarehouseOf = (warehouse) =>
    ownValue(addresses, warehouse) ? warehouse : (first ?? warehouse);

  const bodyOf = async (refund: RefundItem): Promise<ReturnResponse> => ({
    ...returnSummary(refund, addresses, returnWarehouseOf),
    receipts: (await receipts.all(refund.refundId)).map(({ receiptId, at, warehouse, units }) => ({
      receiptId,
      at,
      warehouse,
      units,
    })),
  });

  const find = async (rmaId: string, { clientId }: { clientId: string }): Promise<RefundItem | undefined> => {
    const refund = await store.refund(refundIdOfReturn(rmaId));
    return refund && refund.returning.length > 0 && isVisible(refund.channel, channelAccessOf(clientId, channels))
      ? refund
      : undefined;
  };

  return {
    /** The return of a refund without its receipts. */
    summaryOf: (refund: RefundItem): ReturnSummary => returnSummary(refund, addresses, returnWarehouseOf),

    getReturn: async ({ params, caller }: Request<typeof routes.getReturn>): Promise<HttpResponse> => {
      const refund = await find(params.rmaId, caller);
      return refund ? { status: 200, body: await bodyOf(refund) } : unknownReturn;
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
      const detail = body.warehouse === undefined ? undefined : warehouseProblem(body.warehouse, codes);
      if (detail !== undefined) return invalidContent([{ pointer: '/warehouse', detail }]);
      const { refundId } = refund;
      const at = new Date(cause.now).toISOString();
      const outcome = await applyChange(
        store,
        refundId,
        async (current, ledger) => {
          const earlier = await receipts.find(refundId, body.receiptId);
          const hash = canonicalHash(body, { stored: earlier?.contentHash });
          const receipt: Receipt = { ...body, refundId, by: caller.subject, at, contentHash: hash };
          return applyReceipt(current, ledger, receipt, earlier, returnWarehouseOf);
        },
        cause,
      );
      if (outcome?.kind === 'changed') {
        return { status: 201, headers: { location: `/returns/${rmaId}` }, body: await bodyOf(outcome.refund) };
      }
      if (outcome?.kind === 'already-done') {
        return { status: 200, headers: { 'idempotent-replayed': 'true' }, body: await bodyOf(outcome.refund) };
      }
      return outcomeResponse(outcome);
    },
  };
}

const unknownReturn = problem(404, 'not-found', 'There is no such return.');

/** The response body of a return, without its receipts. */
function returnSummary(
  refund: RefundItem,
  addresses: ReturnAddresses,
  returnWarehouseOf: ReturnWarehouseOf,
): ReturnSummary {
  const rmaId = rmaIdOf(refund.refundId);
  const status = returnStatusOf(refund);
  const byWarehouse = Map.groupBy(refund.returning, ({ warehouse }) => returnWarehouseOf(warehouse));
  const labels = [...byWarehouse].map(([warehouse, lines]) => ({
    reference: rmaId,
    warehouse,
    to: ownValue(addresses, warehouse),
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
    ...noteOf(refund),
    returnBy: refund.returnBy,
    // The customer gets labels only after approval.
    labels: status === 'expected' || status === 'received' ? labels : [],
    units: refund.returning.map(({ warehouse, quantity, ...line }) => ({
      ...line,
      warehouse: returnWarehouseOf(warehouse),
      expected: quantity,
    })),
  };
}
