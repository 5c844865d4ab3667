import { inParallel } from '../../shared/in-parallel.ts';
import type { Refundable } from '../../shared/contracts/refunds/refundable.ts';
import type { RefundResponse } from '../../shared/contracts/refunds/refund-response.ts';
import type { ApiClient } from '../support/system/api-client.ts';
import { expectStatus, sendWithRetries } from './send-with-retries.ts';
import { businessDay } from './year.ts';
import type * as z from 'zod';

/** Sums of refunds, each from another response of the back office. */
export type RefundSums = {
  paid: number;
  /** From the refunds' payouts. */
  paidMinor: number;
  /** From the refundable components of the orders: their payments, and their lines and shipping. */
  paymentsMinor: number;
  goodsMinor: number;
  /** From the refunds, as orders have no component for goodwill. */
  goodwillMinor: number;
  /** From the returns. */
  unitsRestocked: number;
  /** Business days of the payments. */
  days: Set<string>;
};

const concurrency = 16;

/** Reads the current refunds and their orders and returns. */
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
    const response = await sendWithRetries(() => reader.get(path));
    expectStatus(response, 200);
    return response.body;
  };
  const orderIds = await inParallel(concurrency, refundIds, async (refundId) => {
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
  await inParallel(concurrency, [...new Set(orderIds)], async (orderId) =>
    addComponents(sums, await read(`/orders/${orderId}/refundable`)),
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

function addComponents(sums: RefundSums, { payments, lines, shipping, overpaid }: z.infer<typeof Refundable>): void {
  for (const { refunded } of payments) sums.paymentsMinor += refunded.minor;
  for (const { refunded } of [...lines, shipping, overpaid]) sums.goodsMinor += refunded.minor;
}
