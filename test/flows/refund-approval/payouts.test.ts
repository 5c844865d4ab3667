import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CallFault, FunctionCall } from '../../../infra/local/faults.ts';
import { startHttpProvider, startStripe } from '../../support/payments/provider-double.ts';
import { chargeOf, stripeWebhookSecret } from '../../support/payments/stripe-webhook.ts';
import { setProviders } from '../../support/payments/providers-secret.ts';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { adminConfigOf, type BackOffice, resourceName, startBackOffice } from '../../support/system/back-office.ts';
import { withShortWindows } from '../../support/system/edited-template.ts';
import { fireSchedule } from '../../support/system/invoke.ts';

const signingSecret = 'a shared signing secret';
const apiKey = 'sk_test_double';
const clock = { aheadMs: 0 };
let fault: (call: FunctionCall) => CallFault | undefined = () => undefined;

let office: BackOffice;
let acme: Awaited<ReturnType<typeof startHttpProvider>>;
let stripe: Awaited<ReturnType<typeof startStripe>>;
beforeAll(async () => {
  [acme, stripe] = await Promise.all([startHttpProvider(signingSecret), startStripe(apiKey)]);
  office = await startBackOffice({
    cdkOut: withShortWindows(),
    now: () => Date.now() + clock.aheadMs,
    faults: { onCall: (call) => fault(call) },
  });
  await setProviders(office, {
    acme: { kind: 'http', url: `${acme.url}/refunds`, signingSecret },
    stripe: { kind: 'stripe', apiKey, apiBase: stripe.url, webhookSecret: stripeWebhookSecret },
  });
});
afterAll(async () => {
  await office.stop();
  await Promise.all([acme.stop(), stripe.stop()]);
});
beforeEach(() => {
  fault = () => undefined;
  acme.reset();
  stripe.reset();
});

const refunds = refundDriver(() => office);

/** Moves the clock past the visibility timeout, so that the queue delivers failed messages again. */
const passVisibilityTimeout = () => {
  clock.aheadMs += 190_000;
};

async function messagesInQueue(id: string): Promise<number> {
  const sqs = new SQSClient(adminConfigOf(office));
  const QueueName = resourceName(office, 'AWS::SQS::Queue', id);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  sqs.destroy();
  return Number(Attributes?.ApproximateNumberOfMessages);
}

/** Refunds one unit at 10.00 of a paid order; the policy approves it immediately. */
async function approvedRefund(provider = 'acme') {
  const paymentId = provider === 'stripe' ? `pi_${randomUUID()}` : 'pay-1';
  if (provider === 'stripe') stripe.capture(paymentId, 1000);
  const { orderId } = await refunds.paidOrder({ provider, paymentIds: [paymentId] });
  if (provider === 'stripe') stripe.charge(chargeOf(paymentId), { orderId });
  const { refundId, path, refund } = await refunds.requested(orderId, { reason: 'late' });
  expect(refund.status).toBe('approved');
  return { orderId, paymentId, refundId, path };
}

/** Payout events in the refund's timeline, oldest first. */
const payoutEvents = async (path: string): Promise<string[]> =>
  (await refunds.timeline(path)).filter((type) =>
    /^(RefundPayoutStarted|RefundPaid|RefundPayoutFailed|StoreCredit)/.test(type),
  );
const secondsFromNow = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

describe.each(['acme', 'stripe'])('a payout through %s', (provider) => {
  const double = () => (provider === 'stripe' ? stripe : acme);

  test('of an approved refund is made once, with the reference as idempotency key', async () => {
    const { refundId, path, orderId, paymentId } = await approvedRefund(provider);
    await refunds.becomes(path, { status: 'paid' });
    const reference = `${refundId}.0.1`;
    expect(double().refunds).toMatchObject([{ reference, refundId, paymentId, amountMinor: 1000 }]);
    expect(double().requests.map(({ key }) => key)).toEqual([reference]);
    expect((await refunds.read(path)).payouts).toEqual([
      expect.objectContaining({ reference, status: 'succeeded', providerRefundId: double().refunds[0]?.id }),
    ]);
    expect(await payoutEvents(path)).toEqual(['RefundPayoutStarted', 'RefundPaid']);
    expect(await refunds.refundable(orderId)).toMatchObject({
      refundedMinor: 1000,
      pendingMinor: 0,
      refundableMinor: 0,
    });
  });

  test('is requested again and made once when the response does not arrive', async () => {
    double().reset((number) => (number === 1 ? { fault: 'dropped-after' } : {}));
    const { path } = await approvedRefund(provider);
    await refunds.eventually(() => expect(double().refunds).toHaveLength(1));
    expect((await refunds.read(path)).status).toBe('paying');
    passVisibilityTimeout();
    await refunds.becomes(path, { status: 'paid' });
    expect(double().refunds).toHaveLength(1);
    expect(await payoutEvents(path)).toEqual(['RefundPayoutStarted', 'RefundPaid']);
  });

  test('that the provider declines releases the refundable amount and can be retried', async () => {
    double().reset((_number, key) => (key.endsWith('.0.1') ? { result: 'declined' } : {}));
    const { path, refundId, orderId } = await approvedRefund(provider);
    await refunds.becomes(path, { status: 'payout-failed' });
    expect((await refunds.read(path)).payouts[0].failure).toMatch(/^(account-closed|charge_disputed)$/);
    expect(await refunds.refundable(orderId)).toMatchObject({
      pendingMinor: 0,
      refundedMinor: 0,
      refundableMinor: 1000,
    });
    const again = await Promise.all([refunds.resolvePayout(path, 'retry'), refunds.resolvePayout(path, 'retry')]);
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set([200, 409]));
    await refunds.becomes(path, { status: 'paid' });
    expect(double().refunds.map(({ reference }) => reference)).toEqual([`${refundId}.0.2`]);
    expect(await refunds.refundable(orderId)).toMatchObject({ refundedMinor: 1000, refundableMinor: 0 });
  });

  test('that is pending is completed by the webhook, also when the webhook arrives more than once', async () => {
    double().reset(() => ({ result: 'pending' }));
    const order = await approvedRefund(provider);
    const { path, refundId } = order;
    await refunds.eventually(() => expect(double().refunds).toHaveLength(1));
    expect((await refunds.read(path)).status).toBe('paying');
    const notification = { eventId: randomUUID(), refundId: `${refundId}.0.1`, occurredAt: secondsFromNow(0) };
    await Promise.all([1, 2].map(() => refunds.notifyPayout(order, notification, provider)));
    await refunds.notifyPayout(order, { ...notification, eventId: randomUUID() }, provider);
    await refunds.becomes(path, { status: 'paid' });
    await office.settled();
    expect(await payoutEvents(path)).toEqual(['RefundPayoutStarted', 'RefundPaid']);
  });

  test('that is pending and gets no webhook is completed by the hourly sweep', async () => {
    double().reset(() => ({ result: 'pending' }));
    const { path } = await approvedRefund(provider);
    await refunds.eventually(() => expect(double().refunds).toHaveLength(1));
    const [refund] = double().refunds;
    if (refund) refund.status = 'succeeded';
    await fireSchedule(office, 'refund-approval/payouts/payout-sweep.handler.ts');
    await refunds.becomes(path, { status: 'paid' });
    expect(double().refunds).toHaveLength(1);
  });

  test.each(['succeeded', 'failed'] as const)(
    'is completed by a webhook before the response, and a response with %s changes nothing',
    async (result) => {
      double().reset(() => ({
        result,
        meanwhile: async ({ refundId, reference, paymentId }) => {
          const { orderId } = await refunds.read(`/refunds/${refundId}`);
          await refunds.notifyPayout({ orderId, paymentId }, { refundId: reference }, provider);
          await refunds.becomes(`/refunds/${refundId}`, { status: 'paid' });
        },
      }));
      const { path, orderId } = await approvedRefund(provider);
      await refunds.becomes(path, { status: 'paid' });
      await office.settled();
      expect(await payoutEvents(path)).toEqual(['RefundPayoutStarted', 'RefundPaid']);
      expect(await refunds.refundable(orderId)).toMatchObject({ refundedMinor: 1000, pendingMinor: 0 });
    },
  );
});

describe('a function that crashes', () => {
  test.each([
    ['before it records the intent', 'RefundPayoutStarted', 'before', [0]],
    // The intent's event may already have caused the payout.
    ['after it records the intent', 'RefundPayoutStarted', 'after', [0, 1]],
    ['between the payout and its record', 'RefundPaid', 'before', [1]],
    ['after it records the payout', 'RefundPaid', 'after', [1]],
  ] as const)('%s makes one payout and publishes one event', async (_case, eventType, when, paidBefore) => {
    let crashes = 0;
    fault = ({ functionName, call }) => {
      if (!functionName.includes('RefundApproval-PayoutFunction') || call.operation !== 'TransactWriteItems')
        return undefined;
      // By its event and not by its number: a transaction may be sent again.
      if (crashes > 0 || !call.body.includes(`"${eventType}"`)) return undefined;
      crashes += 1;
      return { kind: 'crash', when };
    };
    const { path, orderId } = await approvedRefund();
    await refunds.eventually(() => expect(crashes).toBe(1));
    expect(paidBefore).toContain(acme.refunds.length);
    passVisibilityTimeout();
    await refunds.becomes(path, { status: 'paid' });
    await office.settled();
    expect(acme.refunds).toHaveLength(1);
    expect(await payoutEvents(path)).toEqual(['RefundPayoutStarted', 'RefundPaid']);
    expect(await refunds.refundable(orderId)).toMatchObject({
      refundedMinor: 1000,
      pendingMinor: 0,
      refundableMinor: 0,
    });
  });
});

describe('a provider notification', () => {
  test('of a failure after success releases the amount, and a later success after store credit is a double payment', async () => {
    const order = await approvedRefund();
    const { path, refundId, orderId } = order;
    await refunds.becomes(path, { status: 'paid' });
    await refunds.notifyPayout(order, { type: 'refund.failed', refundId, occurredAt: secondsFromNow(10) });
    await refunds.becomes(path, { status: 'payout-failed' });
    await refunds.notifyPayout(order, { refundId, occurredAt: secondsFromNow(5) });
    await office.settled();
    expect((await refunds.read(path)).status).toBe('payout-failed');
    expect(await refunds.refundable(orderId)).toMatchObject({ refundedMinor: 0, refundableMinor: 1000 });
    const credited = await refunds.resolvePayout(path, 'store-credit');
    expect(credited.body.status, credited.text).toBe('store-credit');
    expect(await refunds.refundable(orderId)).toMatchObject({ refundedMinor: 1000, refundableMinor: 0 });
    expect(await payoutEvents(path)).toEqual([
      'RefundPayoutStarted',
      'RefundPaid',
      'RefundPayoutFailed',
      'StoreCreditGranted',
    ]);
    expect((await refunds.read(path)).payouts).toMatchObject([{ status: 'store-credit' }]);
    // The provider reports in the end that the payout arrived: the customer has the amount twice, which alerts once.
    const last = { refundId, occurredAt: secondsFromNow(20) };
    for (const eventId of [randomUUID(), randomUUID()]) await refunds.notifyPayout(order, { ...last, eventId });
    await refunds.eventually(async () =>
      expect(await messagesInQueue('RefundApproval-RefundPaidTwiceDeadLetters')).toBe(1),
    );
    await office.settled();
    expect(await refunds.read(path)).toMatchObject({
      status: 'store-credit',
      paidTwiceMinor: 1000,
      payouts: [{ status: 'succeeded' }],
    });
    expect(await messagesInQueue('RefundApproval-RefundPaidTwiceDeadLetters')).toBe(1);
    expect(await refunds.refundable(orderId)).toMatchObject({ refundedMinor: 2000, refundableMinor: 0 });
  });

  test('of a success that the provider reversed before its response changes nothing', async () => {
    acme.reset((number) => ({
      ...(number === 1 && { fault: 'dropped-after' }),
      // The provider reverses the payout before it sends any notification.
      meanwhile: async (made) => void (made.status = 'failed'),
    }));
    const order = await approvedRefund();
    const { path, refundId, orderId } = order;
    const occurredAt = secondsFromNow(clock.aheadMs / 1000);
    await refunds.eventually(() => expect(acme.requests).toHaveLength(1));
    passVisibilityTimeout();
    await refunds.becomes(path, { status: 'payout-failed' });
    await refunds.notifyPayout(order, { refundId, occurredAt });
    await office.settled();
    expect(await refunds.read(path)).toMatchObject({ status: 'payout-failed', payouts: [{ status: 'failed' }] });
    expect(await refunds.refundable(orderId)).toMatchObject({ refundedMinor: 0, refundableMinor: 1000 });
    expect(await payoutEvents(path)).toEqual(['RefundPayoutStarted', 'RefundPayoutFailed']);
  });

  test('of the success of an earlier attempt that failed later changes nothing after the retry was paid', async () => {
    const order = await approvedRefund();
    const { path, refundId: ownId } = order;
    await refunds.becomes(path, { status: 'paid' });
    const refundId = `${ownId}.0.1`;
    await refunds.notifyPayout(order, { type: 'refund.failed', refundId, occurredAt: secondsFromNow(10) });
    await refunds.becomes(path, { status: 'payout-failed' });
    await refunds.resolvePayout(path, 'retry');
    await refunds.becomes(path, { status: 'paid' });
    await refunds.notifyPayout(order, { refundId, occurredAt: secondsFromNow(5) });
    await office.settled();
    expect(await messagesInQueue('RefundApproval-ProviderNotificationDeadLetters')).toBe(0);
    expect(await payoutEvents(path)).toEqual([
      'RefundPayoutStarted',
      'RefundPaid',
      'RefundPayoutFailed',
      'RefundPayoutStarted',
      'RefundPaid',
    ]);
  });

  test('completes the payout of a provider that staff pay manually', async () => {
    const order = await approvedRefund('giftcard');
    await refunds.becomes(order.path, { status: 'paying' });
    expect((await refunds.read(order.path)).payouts).toMatchObject([
      { status: 'sent', reference: `${order.refundId}.0.1` },
    ]);
    await refunds.notifyPayout(order, {}, 'giftcard');
    await refunds.becomes(order.path, { status: 'paid' });
  });

  test('that matches no payout changes nothing and moves to the dead-letter queue', async () => {
    const order = await approvedRefund('giftcard');
    const { path, refundId } = order;
    await refunds.becomes(path, { status: 'paying' });
    const unmatched = [
      { refundId, amountMinor: 999 },
      { refundId, currency: 'EUR' },
      { refundId, paymentId: 'another' },
      { refundId: `${refundId}.0.2` },
      { refundId: 'nobody' },
      { amountMinor: 1 },
    ];
    for (const content of unmatched) await refunds.notifyPayout(order, content, 'giftcard');
    while ((await messagesInQueue('RefundApproval-ProviderNotificationDeadLetters')) < unmatched.length) {
      await sleep(500);
      passVisibilityTimeout();
    }
    await office.forgetTokens();
    expect((await refunds.read(path)).status).toBe('paying');
  });
});
