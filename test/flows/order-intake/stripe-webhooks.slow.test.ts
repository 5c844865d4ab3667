import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { eventTypes, placedOrder } from '../../support/orders/order-api.ts';
import { setProviders } from '../../support/payments/providers-secret.ts';
import { startStripe } from '../../support/payments/provider-double.ts';
import { expectProblem } from '../../support/system/test-data.ts';

const apiKey = 'sk_test_double';
const secret = 'whsec_test';

let office: BackOffice;
let stripe: Awaited<ReturnType<typeof startStripe>>;
beforeAll(async () => {
  [office, stripe] = await Promise.all([startBackOffice(), startStripe(apiKey)]);
  await setProviders(office, { stripe: { kind: 'stripe', apiKey, apiBase: stripe.url, webhookSecret: secret } });
});
afterAll(() => Promise.all([office.stop(), stripe.stop()]));

const seconds = () => Math.floor(Date.now() / 1000);
/** Returns a Stripe event: docs.stripe.com/api/events/object */
const anEvent = (type: string, object: object, given: object = {}) => ({
  id: `evt_${randomUUID()}`,
  object: 'event',
  api_version: '2026-10-28.endive',
  created: seconds(),
  livemode: false,
  type,
  data: { object },
  ...given,
});
const signed = (payload: string, timestamp = seconds(), by = secret) =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret: by, timestamp });

async function post(event: object, sign: (payload: string) => string | undefined = signed) {
  const body = JSON.stringify(event);
  const signature = sign(body);
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  const response = await fetch(`${office.apiUrl}/webhooks/payments/stripe`, {
    method: 'POST',
    headers: { ...headers, ...(signature !== undefined && { 'stripe-signature': signature }) },
    body,
  });
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), text, body: JSON.parse(text) };
}

/** Places an order at 10.00 with a payment at Stripe. Returns the events that Stripe sends. */
async function orderPaidAtStripe() {
  const placed = await placedOrder(office);
  const [intent, charge] = [`pi_${randomUUID()}`, `ch_${randomUUID().replaceAll('-', '')}`];
  const metadata = { orderId: placed.orderId };
  stripe.capture(intent, 1000);
  stripe.charge(charge, metadata);
  const succeeded = anEvent('payment_intent.succeeded', {
    id: intent,
    object: 'payment_intent',
    amount: 1000,
    amount_received: 1000,
    currency: 'gbp',
    metadata,
  });
  const ofCharge = { amount: 1000, currency: 'gbp', charge, payment_intent: intent };
  return { ...placed, succeeded, ofCharge };
}
const orderAt = async (path: string) => (await office.client('admin').get(path)).body;

test('an event without a valid recent Stripe signature records nothing', async () => {
  const { path, succeeded } = await orderPaidAtStripe();
  const invalidSignatures: ((payload: string) => string | undefined)[] = [
    () => undefined,
    () => '',
    (payload) => signed(payload, seconds(), 'whsec_other'),
    (payload) => signed(`${payload} `),
    (payload) => signed(payload, seconds() - 301),
  ];
  for (const sign of invalidSignatures) expectProblem(await post(succeeded, sign), 401, 'invalid-signature');
  expect(await eventTypes(office, path)).toEqual(['OrderPlaced']);
  expectProblem(await post({ hello: 'world' }), 422, 'invalid-content');
});

test('a repeated payment event is recorded once, and events of other systems are ignored', async () => {
  const { orderId, path, succeeded } = await orderPaidAtStripe();
  const foreignEvents = [
    anEvent('customer.created', { id: 'cus_1' }),
    anEvent('payment_intent.succeeded', { ...succeeded.data.object, metadata: {} }),
    anEvent('payment_intent.succeeded', { ...succeeded.data.object, metadata: { orderId: '1001' } }),
  ];
  for (const event of foreignEvents) expect((await post(event)).body).toEqual({ eventId: event.id, status: 'ignored' });
  const responses = await Promise.all([post(succeeded), post(succeeded), post(succeeded)]);
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(responses.filter(({ body }) => body.status === 'recorded')).toHaveLength(1);
  expect(responses.filter(({ body }) => body.status === 'already-recorded')).toHaveLength(2);
  expect(responses[0]?.body).toMatchObject({ orderId, eventId: succeeded.id });
  expect(await orderAt(path)).toMatchObject({ status: 'paid', payment: { balance: 'settled', capturedMinor: 1000 } });
  expect(await eventTypes(office, path)).toEqual(['OrderPlaced', 'PaymentRecorded']);
});

test('refund events from Stripe update the refund, and a dispute blocks further refunds', async () => {
  const { orderId, succeeded, ofCharge } = await orderPaidAtStripe();
  await post(succeeded);
  stripe.reset(() => ({ result: 'pending' }));
  const { body: asked } = await office.client('service').post('/refunds', {
    requestId: 'r-1',
    orderId,
    reason: 'late',
    lines: [{ lineId: 'line-1', quantity: 0, amountMinor: 600 }],
  });
  const becomes = (status: string) =>
    vi.waitFor(
      async () =>
        expect((await office.client('service').get(`/refunds/${asked.refundId}`)).body).toMatchObject({ status }),
      { timeout: 50_000, interval: 50 },
    );
  await vi.waitFor(() => expect(stripe.of(asked.refundId)).toHaveLength(1), { timeout: 50_000, interval: 50 });
  const [made] = stripe.of(asked.refundId);
  const ofRefund = (status: string) => ({
    ...ofCharge,
    id: made?.id,
    amount: 600,
    status,
    metadata: { refundId: asked.refundId, reference: made?.reference },
  });
  expect((await post(anEvent('refund.created', ofRefund('pending')))).body.status).toBe('ignored');
  const succeededEvent = anEvent('refund.updated', ofRefund('succeeded'));
  // Only the charge names the order. While Stripe does not return it, the event is refused, so that Stripe repeats it.
  stripe.fail(true);
  expectProblem(await post(succeededEvent), 500, 'internal-error');
  stripe.fail(false);
  const responses = await Promise.all([post(succeededEvent), post(succeededEvent)]);
  expect(new Set(responses.map(({ body }) => body.status))).toEqual(new Set(['recorded', 'already-recorded']));
  await becomes('paid');
  await post(anEvent('refund.failed', ofRefund('failed'), { created: seconds() + 5 }));
  await becomes('payout-failed');
  await post(anEvent('charge.dispute.created', { ...ofCharge, id: 'dp_1', status: 'needs_response' }));
  const { body: refundable } = await office.client('service').get(`/orders/${orderId}/refundable`);
  expect(refundable).toMatchObject({ blockedBy: 'chargeback-open', refundedMinor: 0, pendingMinor: 0 });
});
