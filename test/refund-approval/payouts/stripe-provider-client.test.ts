import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createStripeProvider } from '../../../functions/refund-approval/payouts/stripe-provider-client.ts';
import { startStripe } from '../../support/payments/provider-double.ts';

const apiKey = 'sk_test_double';
let stripe: Awaited<ReturnType<typeof startStripe>>;
beforeAll(async () => {
  stripe = await startStripe(apiKey);
});
afterAll(() => stripe.stop());
beforeEach(() => {
  stripe.reset();
  stripe.forgetKeys();
  stripe.capture('pi_1', 1000);
  stripe.capture('ch_1', 1000);
});

const send = (
  given: Partial<Parameters<ReturnType<typeof createStripeProvider>>[0]> = {},
  key = apiKey,
  timeoutMs = 2000,
) =>
  createStripeProvider(
    { apiKey: key, apiBase: stripe.url },
    timeoutMs,
  )({
    reference: 'ref_1.0.1',
    refundId: 'ref_1',
    paymentId: 'pi_1',
    amountMinor: 1000,
    currency: 'GBP',
    isRepeated: false,
    ...given,
  });
const paid = () => stripe.refunds.map(({ reference }) => reference);

test.each(['pi_1', 'ch_1'])('pays %s once for repeated requests', async (paymentId) => {
  const first = await send({ paymentId });
  expect(first).toEqual({ kind: 'succeeded', providerRefundId: stripe.refunds[0]?.id });
  expect(await send({ paymentId })).toEqual(first);
  expect(stripe.refunds).toMatchObject([{ paymentId, amountMinor: 1000, refundId: 'ref_1', reference: 'ref_1.0.1' }]);
});

test.each([
  ['pending', { kind: 'pending' }],
  ['failed', { kind: 'failed', failure: 'expired_or_canceled_card' }],
  ['declined', { kind: 'failed', failure: 'charge_disputed' }],
] as const)('returns the result of a refund that is %s', async (result, expected) => {
  stripe.reset(() => ({ result }));
  expect(await send()).toMatchObject(expected);
});

test('returns a failure for an unknown payment and for an amount above the payment', async () => {
  expect(await send({ paymentId: 'pi_2' })).toEqual({ kind: 'failed', failure: 'resource_missing' });
  expect(await send({ amountMinor: 1001, reference: 'ref_1.1.1' })).toMatchObject({ kind: 'failed' });
  expect(paid()).toEqual([]);
});

test.each([
  [{ fault: 429 }, /rate_limit_error/],
  [{ fault: 500 }, /api_error/],
  [{ fault: 'dropped-before' }, /connection/],
  [{ delayMs: 500 }, /aborted|timeout/],
] as const)('throws because the result is unknown after %o', async (behaviour, message) => {
  stripe.reset(() => behaviour);
  await expect(send({}, apiKey, 200)).rejects.toThrow(message);
});

test('throws for an invalid API key and for a reused reference with another amount', async () => {
  await expect(send({}, 'sk_wrong')).rejects.toThrow(/invalid_request_error/);
  await send({ amountMinor: 400 });
  await expect(send({ amountMinor: 500 })).rejects.toThrow(/idempotency_error/);
  expect(paid()).toEqual(['ref_1.0.1']);
});

test('throws while the same payout is in progress, and a later request returns its result', async () => {
  stripe.reset(() => ({ delayMs: 300 }));
  const both = await Promise.allSettled([send(), send()]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(await send()).toMatchObject({ kind: 'succeeded' });
  expect(paid()).toEqual(['ref_1.0.1']);
});

test('a repeated request pays once after Stripe has forgotten the idempotency key', async () => {
  await send({ amountMinor: 400 });
  stripe.forgetKeys();
  expect(await send({ amountMinor: 400, isRepeated: true })).toMatchObject({ kind: 'succeeded' });
  expect(paid()).toEqual(['ref_1.0.1']);
  // Without the search the double pays again.
  await send({ amountMinor: 400 });
  expect(paid()).toEqual(['ref_1.0.1', 'ref_1.0.1']);
});

test('finds its own refund of a payment that is completely refunded', async () => {
  const first = await send();
  stripe.forgetKeys();
  expect(await send()).toEqual(first);
  expect(await send({ reference: 'ref_2.0.1' })).toEqual({ kind: 'failed', failure: 'charge_already_refunded' });
});
