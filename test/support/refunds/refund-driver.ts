import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import type { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';
import { aPayment, placedOrder, postPayment, postStripePayment, retryWhileBusy } from '../orders/order-api.ts';
import type { BackOffice } from '../system/back-office.ts';

type Content = Record<string, unknown>;
type OrderOptions = Parameters<typeof placedOrder>[1] & { provider?: string; paymentIds?: string[] };
type RequestOptions = OrderOptions & { by?: string; content?: Content };

/** Actions of the refund workflow over HTTP. `office` is read at each call, because tests assign it in `beforeAll`. */
export function refundDriver(office: () => BackOffice) {
  const post = (by: string, path: string, content: unknown) => office().client(by).post(path, content);
  const read = async (path: string) => (await office().client('admin').get(path)).body;

  /** Waits until a condition holds; events take some time to arrive. */
  const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 50_000, interval: 50 });
  const becomes = (path: string, expected: object) =>
    eventually(async () => expect(await read(path)).toMatchObject(expected));

  const pay = async (orderId: string, payment: Content, provider = 'acme') => {
    const event = aPayment(orderId, payment);
    const response = await (provider === 'stripe'
      ? postStripePayment(office(), event)
      : postPayment(office(), event, { provider }));
    expect(response.status, response.text).toBeLessThan(300);
    return response;
  };

  /** Places an order of one line and captures it in equal parts, one per payment id, the last one most recently. */
  const paidOrder = async ({ provider, paymentIds, ...content }: OrderOptions = {}) => {
    const order = await placedOrder(office(), content);
    const totalMinor = Number(order.order.totalMinor);
    const ids = paymentIds ?? [`pay-${order.orderId}`];
    for (const [index, paymentId] of ids.entries()) {
      const occurredAt = new Date(Date.now() - (ids.length - 1 - index) * 60_000).toISOString();
      await pay(order.orderId, { paymentId, amountMinor: totalMinor / ids.length, occurredAt }, provider);
    }
    return { ...order, totalMinor, paymentId: ids[0] ?? '' };
  };

  /** Requests a refund of one unit for `changed-mind`; `content` overrides fields of the request. */
  const request = (orderId: string, content: Content = {}, by = 'service') => {
    const lines = [{ lineId: 'line-1', quantity: 1 }];
    const body = { requestId: randomUUID(), orderId, reason: 'changed-mind', lines, ...content };
    return retryWhileBusy(() => post(by, '/refunds', body));
  };

  /** Requests a refund that is accepted. */
  const requested = async (orderId: string, content: Content = {}, by = 'service') => {
    const { status, body: refund, text } = await request(orderId, content, by);
    expect(status, text).toBe(201);
    const refundId = String(refund.refundId);
    return { refund, refundId, path: `/refunds/${refundId}` };
  };

  return {
    read,
    eventually,
    becomes,
    pay,
    paidOrder,
    request,
    requested,
    /** Places and pays an order and requests a refund of it. */
    requestedRefund: async ({ by, content, priceMinor = 30_000, ...order }: RequestOptions = {}) => {
      const paid = await paidOrder({ priceMinor, ...order });
      return { orderId: paid.orderId, ...(await requested(paid.orderId, content, by)) };
    },
    refundable: (orderId: string) => read(`/orders/${orderId}/refundable`),
    refundsOf: async (orderId: string) => (await read(`/refunds?orderId=${orderId}`)).refunds,
    /** Event types in the refund's timeline, oldest first. */
    timeline: async (path: string): Promise<string[]> =>
      (await read(`${path}/timeline`)).events.map(({ type }: { type: string }) => type),
    decide: (path: string, by = 'finance', decision = 'approve', comment?: string) =>
      retryWhileBusy(() => post(by, `${path}/decisions`, { decision, comment })),
    withdraw: (path: string, reason = 'solved', by = 'service') =>
      retryWhileBusy(() => post(by, `${path}/withdrawal`, { reason })),
    /** Retries a failed payout or converts it to store credit. */
    resolvePayout: (path: string, action: 'retry' | 'store-credit') => post('finance', `${path}/payout`, { action }),
    ship: (orderPath: string, quantity: number) =>
      post('warehouse', `${orderPath}/shipments`, { shipmentId: 's-1', lines: [{ lineId: 'line-1', quantity }] }),
    cancel: (orderPath: string, lines?: object[]) =>
      post('storefront', `${orderPath}/cancellation`, { requestId: randomUUID(), reason: 'not wanted', lines }),
    /** Reports a parcel of a return: units of line-1 by disposition. */
    receive: (rmaId: string, receiptId: string, units: Record<string, number>, content: Content = {}) =>
      post('warehouse', `/returns/${rmaId}/receipts`, {
        receiptId,
        units: Object.entries(units).map(([disposition, quantity]) => ({ lineId: 'line-1', quantity, disposition })),
        ...content,
      }),
    /** Sends a provider notification about a payout; it reports success by default. */
    notifyPayout: (order: { orderId: string; paymentId: string }, content: Content, provider?: string) =>
      pay(order.orderId, { type: 'refund.succeeded', paymentId: order.paymentId, ...content }, provider),
    setPolicy: async (policy: RefundPolicy) => {
      const response = await office().client('admin').put('/policies/refund', policy, { 'if-match': '*' });
      if (response.status === 200) return;
      expect(response.status, response.text).toBe(202);
      const approved = await post('finance', `${String(response.headers.location)}/decisions`, { decision: 'approve' });
      expect(approved.status, approved.text).toBe(200);
    },
  };
}
