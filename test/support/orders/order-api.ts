import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { OrderCharge } from '../../../shared/contracts/orders/events.ts';
import type { ApiResponse } from '../system/api-client.ts';
import type { BackOffice } from '../system/back-office.ts';
import { paymentSignature } from '../payments/signature.ts';
import { stripeWebhookOf } from '../payments/stripe-webhook.ts';
import { orderOf, stockedSku } from '../system/test-data.ts';

/** Places an order of one line with a new SKU and a new customer, so that orders do not affect each other's risk or refunds. */
export async function placedOrder(
  office: BackOffice,
  given: { units?: number; quantity?: number; priceMinor?: number; charges?: OrderCharge[] } = {},
) {
  const { units = 100, quantity = 1, priceMinor = 1000, charges } = given;
  const sku = await stockedSku(office, { units, priceMinor });
  const customer = { id: randomUUID(), email: 'ada@example.com' };
  const content = orderOf(sku, { customer, lines: [{ sku, quantity }], charges });
  const placed = await office.client('storefront').post('/orders', content);
  expect(placed.status, placed.text).toBe(201);
  return { sku, order: placed.body, orderId: String(placed.body.orderId), path: `/orders/${placed.body.orderId}` };
}

export const stockOf = async (office: BackOffice, sku: string) => {
  const { onHand, reserved, available } = (await office.client('warehouse').get(`/stock/${sku}`)).body;
  return { onHand, reserved, available };
};

export const eventTypes = async (office: BackOffice, path: string): Promise<string[]> =>
  (await office.client('admin').get(`${path}/timeline`)).body.events.map(({ type }: { type: string }) => type);

export const aPayment = (orderId: string, given: Record<string, unknown> = {}) => ({
  eventId: randomUUID(),
  type: 'payment.captured',
  paymentId: 'pay-1',
  orderId,
  amountMinor: 1000,
  currency: 'GBP',
  occurredAt: new Date().toISOString(),
  ...given,
});

/** Posts a payment event as a provider does, without an access token. The signature is valid by default; null omits it. */
export async function postPayment(
  { apiUrl, credentials: { webhookSecrets }, context }: BackOffice,
  content: unknown,
  given: { signature?: string | null; provider?: string } = {},
): Promise<ApiResponse> {
  const body = typeof content === 'string' ? content : JSON.stringify(content);
  const { provider = 'acme' } = given;
  const { signature = paymentSignature(body, webhookSecrets[provider] ?? '', context.now()) } = given;
  const headers = {
    'content-type': 'application/json',
    ...(signature !== null && { 'storeworks-signature': signature }),
  };
  return send(`${apiUrl}/payments/webhooks/${provider}`, { method: 'POST', headers, body });
}

/** Posts a capture or an end of a refund as Stripe does, on its own route. */
export const postStripePayment = (
  { apiUrl, context }: BackOffice,
  payment: ReturnType<typeof aPayment>,
): Promise<ApiResponse> =>
  send(`${apiUrl}/webhooks/payments/stripe`, { method: 'POST', ...stripeWebhookOf(payment, context.now()) });

async function send(url: string, request: RequestInit): Promise<ApiResponse> {
  const response = await fetch(url, request);
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), text, body: JSON.parse(text) };
}

/** Repeats a request while the response is 503, as the API documentation tells clients to do. */
export async function retryWhileBusy(send: () => Promise<ApiResponse>): Promise<ApiResponse> {
  for (;;) {
    const response = await send();
    if (response.status !== 503) return response;
  }
}
