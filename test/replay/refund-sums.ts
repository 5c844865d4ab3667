import { inParallel } from '../../shared/in-parallel.ts';
import type { RefundResponse, Refundable } from '../../shared/contracts/refunds/refund-content.ts';
import type { ApiClient } from '../support/system/api-client.ts';
import { expectStatus, send } from './sending.ts';
import { businessDay } from './year.ts';
import type * as z from 'zod';

/** What refunds came to, each sum from another place that the back office tells it in. */
export type RefundSums = {
  paid: number;
  /** By the payouts of the refunds. */
  paidMinor: number;
  /** By the pots of their orders: of the payments that gave it, and of the lines and the shipping that it is for. */
  paymentsMinor: number;
  goodsMinor: number;
  /** Is in no pot of an order. */
  goodwillMinor: number;
  /** By the returns. */
  unitsRestocked: number;
  /** Business days on which money went out. */
  days: Set<string>;
};

const atOnce = 16;

/** Reads refunds, their orders and returns as they are now. */
export async function sumOfRefunds(reader: ApiClient, refundIds: readonly string[]): Promise<RefundSums> {
  const sums: RefundSums = {
    paid: 0,
    paidMinor: 0,
    paymentsMinor: 0,
    goodsMinor: 0,
    goodwillMinor: 0,
    unitsRestocked: 0,
    days: new Set(),
  };
  const read = async (path: string) => {
    const response = await send(() => reader.get(path));
    expectStatus(response, 200);
    return response.body;
  };
  const orderIds = await inParallel(atOnce, refundIds, async (refundId) => {
    const refund: RefundResponse = await read(`/refunds/${refundId}`);
    addRefund(sums, refund);
    const { events } = await read(`/refunds/${refundId}/timeline`);
    for (const { type, occurredAt } of events) {
      if (type === 'RefundPaid') sums.days.add(businessDay(Date.parse(occurredAt)));
    }
    const { units = [] } = refund.return ? await read(`/returns/${refund.return.rmaId}`) : {};
    for (const { restock } of units) sums.unitsRestocked += restock;
    return refund.orderId;
  });
  await inParallel(atOnce, [...new Set(orderIds)], async (orderId) =>
    addPots(sums, await read(`/orders/${orderId}/refundable`)),
  );
  return sums;
}

function addRefund(sums: RefundSums, { status, payouts, pots }: RefundResponse): void {
  if (status === 'paid') sums.paid += 1;
  for (const payout of payouts) {
    if (payout.status === 'succeeded') sums.paidMinor += payout.amountMinor;
  }
  for (const { pot, amountMinor } of pots) {
    if (status === 'paid' && pot === 'goodwill') sums.goodwillMinor += amountMinor;
  }
}

function addPots(sums: RefundSums, { payments, lines, shipping, overpaid }: z.infer<typeof Refundable>): void {
  for (const { refunded } of payments) sums.paymentsMinor += refunded.minor;
  for (const { refunded } of [...lines, shipping, overpaid]) sums.goodsMinor += refunded.minor;
}
