import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { placedOrder } from '../../support/orders/order-api.ts';
import { startHttpProvider, startStripe } from '../../support/payments/provider-double.ts';
import { stripeWebhookSecret } from '../../support/payments/stripe-webhook.ts';
import { setProviders } from '../../support/payments/providers-secret.ts';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { withShortWindows } from '../../support/system/edited-template.ts';
import { expectProblem } from '../../support/system/test-data.ts';

const signingSecret = 'a shared signing secret';
const apiKey = 'sk_test_double';
let office: BackOffice;
let acme: Awaited<ReturnType<typeof startHttpProvider>>;
let stripe: Awaited<ReturnType<typeof startStripe>>;
beforeAll(async () => {
  [acme, stripe] = await Promise.all([startHttpProvider(signingSecret), startStripe(apiKey)]);
  office = await startBackOffice({ cdkOut: withShortWindows() });
  await setProviders(office, {
    acme: { kind: 'http', url: `${acme.url}/refunds`, signingSecret },
    stripe: { kind: 'stripe', apiKey, apiBase: stripe.url, webhookSecret: stripeWebhookSecret },
  });
});
afterAll(async () => {
  await office.stop();
  await Promise.all([acme.stop(), stripe.stop()]);
});

const refunds = refundDriver(() => office);
const overpaid = (currency: string, overpaidMinor: number) => ({ currency, overpaidMinor, lines: undefined });

test.each([
  ['EUR', 'acme', 1200],
  ['JPY', 'acme', 180],
  ['KWD', 'acme', 412_345],
  ['USD', 'stripe', 1301],
  ['CHF', 'giftcard', 1199],
] as const)('a capture in %s through %s goes back the way it came', async (currency, provider, amountMinor) => {
  const { orderId, path } = await placedOrder(office, { priceMinor: 1000 });
  const paymentId = `pi_${randomUUID()}`;
  if (provider === 'stripe') stripe.capture(paymentId, amountMinor);
  await refunds.pay(orderId, { paymentId, amountMinor, currency }, provider);
  expect(await refunds.read(path)).toMatchObject({
    holdReasons: ['wrong-currency'],
    payment: { balance: 'unpaid', capturedMinor: 0, otherCaptures: [{ currency, capturedMinor: amountMinor }] },
  });
  const captured = { provider, paymentId, captured: { minor: amountMinor } };
  expect(await refunds.refundable(orderId)).toMatchObject({
    capturedMinor: 0,
    refundableMinor: 0,
    payments: [],
    otherCurrencies: [{ currency, refundableMinor: amountMinor, payments: [captured] }],
  });
  // What was captured in another currency pays for no line of the order.
  expectProblem(await refunds.request(orderId, { lines: [{ lineId: 'line-1', quantity: 1 }] }), 409, 'not-refundable');
  expectProblem(await refunds.request(orderId, overpaid(currency, amountMinor + 1)), 409, 'not-refundable');
  expectProblem(await refunds.request(orderId, overpaid('SEK', 1)), 422, 'invalid-content');

  const { refundId, path: refundPath } = await refunds.requested(orderId, overpaid(currency, amountMinor));
  if (provider === 'giftcard') {
    const notification = { refundId, currency, amountMinor };
    await refunds.becomes(refundPath, { status: 'paying' });
    await refunds.notifyPayout({ orderId, paymentId }, notification, provider);
  }
  await refunds.becomes(refundPath, { status: 'paid', currency, amountMinor, payouts: [{ provider, paymentId }] });
  const sent = [...acme.refunds, ...stripe.refunds].filter((refund) => refund.paymentId === paymentId);
  expect(sent).toMatchObject(provider === 'giftcard' ? [] : [{ amountMinor }]);
  expect(await refunds.refundable(orderId)).toMatchObject({
    refundedMinor: 0,
    otherCurrencies: [{ refundableMinor: 0, payments: [{ refunded: { minor: amountMinor } }] }],
  });
  expectProblem(await refunds.request(orderId, overpaid(currency, 1)), 409, 'not-refundable');
  // The customer pays again, in the order's currency, which is refundable on its own.
  await refunds.pay(orderId, { amountMinor: 1000 });
  expect(await refunds.read(path)).toMatchObject({ payment: { balance: 'settled', capturedMinor: 1000 } });
  expect(await refunds.refundable(orderId)).toMatchObject({ capturedMinor: 1000, refundableMinor: 1000 });
});

test('a request in another currency that is repeated is one refund, and its id is of no other currency', async () => {
  const { orderId } = await placedOrder(office, { priceMinor: 1000 });
  await refunds.pay(orderId, { amountMinor: 1300 });
  await refunds.pay(orderId, { paymentId: randomUUID(), amountMinor: 1300, currency: 'EUR' });
  const ask = (requestId: string, currency: string) =>
    refunds.request(orderId, { requestId, ...overpaid(currency, 300) });
  const first = await ask('in-euros', 'EUR');
  expect(first, first.text).toMatchObject({ status: 201, body: { currency: 'EUR' } });
  expect(await ask('in-euros', 'EUR')).toMatchObject({ status: 200, body: { refundId: first.body.refundId } });
  expectProblem(await ask('in-euros', 'GBP'), 409, 'refund-conflict');
  expect(await ask('in-pounds', 'GBP')).toMatchObject({ status: 201, body: { currency: 'GBP' } });
  expectProblem(await ask('in-pounds', 'EUR'), 409, 'refund-conflict');
});
