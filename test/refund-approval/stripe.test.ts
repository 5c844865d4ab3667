import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createStripe } from '../../functions/refund-approval/payouts/stripe.ts';
import { startStripe } from '../support/payments/provider-double.ts';

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

const repay = (given: Partial<Parameters<ReturnType<typeof createStripe>>[0]> = {}, key = apiKey, timeoutMs = 2000) =>
  createStripe(
    { apiKey: key, apiBase: stripe.url },
    timeoutMs,
  )({
    reference: 'ref_1.0.1',
    refundId: 'ref_1',
    paymentId: 'pi_1',
    amountMinor: 1000,
    currency: 'GBP',
    isLate: false,
    ...given,
  });
const paid = () => stripe.refunds.map(({ reference }) => reference);

test.each(['pi_1', 'ch_1'])('pays %s once, however often it is asked', async (paymentId) => {
  const first = await repay({ paymentId });
  expect(first).toEqual({ kind: 'succeeded', providerRefundId: stripe.refunds[0]?.id });
  expect(await repay({ paymentId })).toEqual(first);
  expect(stripe.refunds).toMatchObject([{ paymentId, amountMinor: 1000, refundId: 'ref_1', reference: 'ref_1.0.1' }]);
});

test.each([
  ['pending', { kind: 'pending' }],
  ['failed', { kind: 'failed', failure: 'expired_or_canceled_card' }],
  ['declined', { kind: 'failed', failure: 'charge_disputed' }],
] as const)('tells what a refund that is %s means', async (result, answer) => {
  stripe.reset(() => ({ result }));
  expect(await repay()).toMatchObject(answer);
});

test('tells that a payment is unknown, or has less than that', async () => {
  expect(await repay({ paymentId: 'pi_2' })).toEqual({ kind: 'failed', failure: 'resource_missing' });
  expect(await repay({ amountMinor: 1001, reference: 'ref_1.1.1' })).toMatchObject({ kind: 'failed' });
  expect(paid()).toEqual([]);
});

test.each([
  [{ fault: 429 }, /rate_limit_error/],
  [{ fault: 500 }, /api_error/],
  [{ fault: 'dropped-before' }, /connection/],
  [{ delayMs: 500 }, /aborted|timeout/],
] as const)('leaves open what became of a payout after %o', async (behaviour, message) => {
  stripe.reset(() => behaviour);
  await expect(repay({}, apiKey, 200)).rejects.toThrow(message);
});

test('leaves open what a wrong key, or the same reference with another amount, leads to', async () => {
  await expect(repay({}, 'sk_wrong')).rejects.toThrow(/invalid_request_error/);
  await repay({ amountMinor: 400 });
  await expect(repay({ amountMinor: 500 })).rejects.toThrow(/idempotency_error/);
  expect(paid()).toEqual(['ref_1.0.1']);
});

test('while the same is being paid, it asks again later', async () => {
  stripe.reset(() => ({ delayMs: 300 }));
  const both = await Promise.allSettled([repay(), repay()]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(await repay()).toMatchObject({ kind: 'succeeded' });
  expect(paid()).toEqual(['ref_1.0.1']);
});

test('pays once also when Stripe has forgotten the key in the meantime', async () => {
  await repay({ amountMinor: 400 });
  stripe.forgetKeys();
  expect(await repay({ amountMinor: 400, isLate: true })).toMatchObject({ kind: 'succeeded' });
  expect(paid()).toEqual(['ref_1.0.1']);
  // As the double does without the look.
  await repay({ amountMinor: 400 });
  expect(paid()).toEqual(['ref_1.0.1', 'ref_1.0.1']);
});

test('knows its own refund in a payment that has nothing left', async () => {
  const first = await repay();
  stripe.forgetKeys();
  expect(await repay()).toEqual(first);
  expect(await repay({ reference: 'ref_2.0.1' })).toEqual({ kind: 'failed', failure: 'charge_already_refunded' });
});
