import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CallFault, FunctionCall } from '../../infra/local/faults.ts';
import { type BackOffice, startBackOffice } from '../support/back-office.ts';
import { withShortWindows } from '../support/edited-template.ts';
import { fire } from '../support/fire.ts';
import { aPayment, placedOrder, postPayment } from '../support/life.ts';
import { signatureOf } from '../support/payment-signature.ts';
import { setProviders } from '../support/payment-providers.ts';
import { startHttpProvider, startStripe } from '../support/provider-double.ts';

const signingSecret = 'a secret of the two of us';
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
    stripe: { kind: 'stripe', apiKey, apiBase: stripe.url },
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

const read = async (refundId: string) => (await office.client('service').get(`/refunds/${refundId}`)).body;
const refundable = async (orderId: string) =>
  (await office.client('service').get(`/orders/${orderId}/refundable`)).body;
const wait = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 50_000, interval: 50 });
const becomes = (refundId: string, status: string) =>
  wait(async () => expect(await read(refundId)).toMatchObject({ status }));

/** Messages that failed are shown again after their visibility timeout. */
const retryLater = () => {
  clock.aheadMs += 190_000;
};

/** Posts a payment event as the provider does, whose clock is right. */
const tell = (content: object, provider = 'acme') => {
  const body = JSON.stringify(content);
  const signature = signatureOf(body, office.credentials.webhookSecret, Date.now() + clock.aheadMs);
  return postPayment(office, body, { provider, signature });
};

/** Messages in a dead-letter queue. */
async function parked(logicalId: string): Promise<number> {
  const queue = office.context.template.ofType('AWS::SQS::Queue').find((each) => each.logicalId.startsWith(logicalId));
  const { region, gatewayUrl } = office.credentials;
  const sqs = new SQSClient({
    region,
    endpoint: gatewayUrl,
    credentials: { accessKeyId: 'admin', secretAccessKey: '-' },
  });
  const QueueUrl = `${gatewayUrl}/${office.context.template.accountId}/${queue?.name}`;
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  sqs.destroy();
  return Number(Attributes?.ApproximateNumberOfMessages);
}

/** A paid order of one unit at 10.00. */
async function paidOrder(provider = 'acme') {
  const placed = await placedOrder(office);
  const paymentId = provider === 'stripe' ? `pi_${randomUUID()}` : 'pay-1';
  if (provider === 'stripe') stripe.capture(paymentId, 1000);
  const paid = await tell(aPayment(placed.orderId, { paymentId }), provider);
  expect(paid.status, paid.text).toBe(200);
  return { ...placed, paymentId };
}

/** Its unit is asked back; the policy approves at once. */
async function approvedRefund(provider = 'acme', lineMinor?: number) {
  const order = await paidOrder(provider);
  const asked = await office.client('service').post('/refunds', {
    requestId: 'r-1',
    orderId: order.orderId,
    reason: 'late',
    lines: [{ lineId: 'line-1', quantity: 1, ...(lineMinor && { amountMinor: lineMinor }) }],
  });
  expect(asked.status, asked.text).toBe(201);
  expect(asked.body.status).toBe('approved');
  return { ...order, refundId: String(asked.body.refundId) };
}

const word = ({ orderId, paymentId }: { orderId: string; paymentId: string }, given: Record<string, unknown>) =>
  aPayment(orderId, { type: 'refund.succeeded', paymentId, ...given });

const settle = (refundId: string, action: string) =>
  office.client('finance').post(`/refunds/${refundId}/payout`, { action });

/** What the payout told of a refund, in its order. */
const steps = async (refundId: string): Promise<string[]> => {
  const { events } = (await office.client('service').get(`/refunds/${refundId}/timeline`)).body;
  const types = events.map(({ type }: { type: string }) => type);
  return types.filter((type: string) => /^(RefundPayoutStarted|RefundPaid|RefundPayoutFailed|StoreCredit)/.test(type));
};

describe.each(['acme', 'stripe'])('through %s', (provider) => {
  const double = () => (provider === 'stripe' ? stripe : acme);

  test('an approved refund is paid once, under its reference', async () => {
    const { refundId, orderId, paymentId } = await approvedRefund(provider);
    await becomes(refundId, 'paid');
    const reference = `${refundId}.0.1`;
    expect(double().refunds).toMatchObject([{ reference, refundId, paymentId, amountMinor: 1000 }]);
    expect(double().requests.map(({ key }) => key)).toEqual([reference]);
    expect((await read(refundId)).payouts).toEqual([
      expect.objectContaining({ reference, status: 'succeeded', providerRefundId: double().refunds[0]?.id }),
    ]);
    expect(await steps(refundId)).toEqual(['RefundPayoutStarted', 'RefundPaid']);
    expect(await refundable(orderId)).toMatchObject({ refundedMinor: 1000, pendingMinor: 0, refundableMinor: 0 });
  });

  test('a payout whose answer is lost is asked for again and paid once', async () => {
    double().reset((number) => (number === 1 ? { fault: 'dropped-after' } : {}));
    const { refundId } = await approvedRefund(provider);
    await wait(async () => expect(double().refunds).toHaveLength(1));
    expect((await read(refundId)).status).toBe('paying');
    retryLater();
    await becomes(refundId, 'paid');
    expect(double().refunds).toHaveLength(1);
    expect(await steps(refundId)).toEqual(['RefundPayoutStarted', 'RefundPaid']);
  });

  test('a declined payout gives the money back to the pots, and can be tried again', async () => {
    double().reset((_number, key) => (key.endsWith('.0.1') ? { result: 'declined' } : {}));
    const { refundId, orderId } = await approvedRefund(provider);
    await becomes(refundId, 'payout-failed');
    expect((await read(refundId)).payouts[0].failure).toMatch(/^(account-closed|charge_disputed)$/);
    expect(await refundable(orderId)).toMatchObject({ pendingMinor: 0, refundedMinor: 0, refundableMinor: 1000 });
    const again = await Promise.all([settle(refundId, 'retry'), settle(refundId, 'retry')]);
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set([200, 409]));
    await becomes(refundId, 'paid');
    expect(double().refunds.map(({ reference }) => reference)).toEqual([`${refundId}.0.2`]);
    expect(await refundable(orderId)).toMatchObject({ refundedMinor: 1000, refundableMinor: 0 });
  });

  test('what the provider takes on for later is settled by its webhook, told twice', async () => {
    double().reset(() => ({ result: 'pending' }));
    const refund = await approvedRefund(provider);
    const { refundId } = refund;
    await wait(async () => expect(double().refunds).toHaveLength(1));
    expect((await read(refundId)).status).toBe('paying');
    const told = word(refund, { refundId: `${refundId}.0.1` });
    await Promise.all([1, 2].map(() => tell(told, provider)));
    await tell({ ...told, eventId: randomUUID() }, provider);
    await becomes(refundId, 'paid');
    await office.settled();
    expect(await steps(refundId)).toEqual(['RefundPayoutStarted', 'RefundPaid']);
  });

  test('what it took on and never tells of is asked for by the sweep', async () => {
    double().reset(() => ({ result: 'pending' }));
    const { refundId } = await approvedRefund(provider);
    await wait(async () => expect(double().refunds).toHaveLength(1));
    const [refund] = double().refunds;
    if (refund) refund.status = 'succeeded';
    await fire(office, 'refund-approval/payout-sweep.handler');
    await becomes(refundId, 'paid');
    expect(double().refunds).toHaveLength(1);
  });

  test.each(['succeeded', 'failed'] as const)(
    'a webhook before the answer settles it, and an answer that it %s changes nothing',
    async (result) => {
      double().reset(() => ({
        result,
        meanwhile: async ({ refundId, reference, paymentId }) => {
          const { orderId } = await read(refundId);
          await tell(word({ orderId, paymentId }, { refundId: reference }), provider);
          await becomes(refundId, 'paid');
        },
      }));
      const { refundId, orderId } = await approvedRefund(provider);
      await becomes(refundId, 'paid');
      await office.settled();
      expect(await steps(refundId)).toEqual(['RefundPayoutStarted', 'RefundPaid']);
      expect(await refundable(orderId)).toMatchObject({ refundedMinor: 1000, pendingMinor: 0 });
    },
  );
});

describe('a crash', () => {
  test.each([
    ['before the intent is recorded', 1, 'before', [0]],
    // Its event may have brought the call meanwhile.
    ['after the intent', 1, 'after', [0, 1]],
    ['between the call and its record', 2, 'before', [1]],
    ['after the record', 2, 'after', [1]],
  ] as const)('%s leads to one payout and one event', async (_when, transaction, when, paidBefore) => {
    let count = 0;
    fault = ({ functionName, call }) => {
      if (!functionName.includes('RefundApprovalPayout') || call.operation !== 'TransactWriteItems') return undefined;
      count += 1;
      return count === transaction ? { kind: 'crash', when } : undefined;
    };
    const { refundId, orderId } = await approvedRefund();
    await wait(async () => expect(count).toBe(transaction));
    expect(paidBefore).toContain(acme.refunds.length);
    retryLater();
    await becomes(refundId, 'paid');
    await office.settled();
    expect(acme.refunds).toHaveLength(1);
    expect(await steps(refundId)).toEqual(['RefundPayoutStarted', 'RefundPaid']);
    expect(await refundable(orderId)).toMatchObject({ refundedMinor: 1000, pendingMinor: 0, refundableMinor: 0 });
  });
});

describe('a provider’s word', () => {
  test('of failure after success takes the money back; told late, success does not win', async () => {
    const refund = await approvedRefund();
    const { refundId, orderId } = refund;
    await becomes(refundId, 'paid');
    const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
    await tell(word(refund, { type: 'refund.failed', refundId, occurredAt: at(10) }));
    await becomes(refundId, 'payout-failed');
    await tell(word(refund, { refundId, occurredAt: at(5) }));
    await office.settled();
    expect((await read(refundId)).status).toBe('payout-failed');
    expect(await refundable(orderId)).toMatchObject({ refundedMinor: 0, refundableMinor: 1000 });
    const credited = await settle(refundId, 'store-credit');
    expect(credited.body.status, credited.text).toBe('store-credit');
    expect(await refundable(orderId)).toMatchObject({ refundedMinor: 1000, refundableMinor: 0 });
    expect(await steps(refundId)).toEqual([
      'RefundPayoutStarted',
      'RefundPaid',
      'RefundPayoutFailed',
      'StoreCreditGranted',
    ]);
    expect((await read(refundId)).payouts).toMatchObject([{ status: 'store-credit' }]);
    // The last word is that it arrived: the customer has it twice, which is told once.
    const last = word(refund, { refundId, occurredAt: at(20) });
    for (const eventId of [randomUUID(), randomUUID()]) await tell({ ...last, eventId });
    await wait(async () => expect(await parked('RefundApprovalPaidTwiceDeadLetters')).toBe(1));
    await office.settled();
    expect(await read(refundId)).toMatchObject({
      status: 'store-credit',
      paidTwiceMinor: 1000,
      payouts: [{ status: 'succeeded' }],
    });
    expect(await parked('RefundApprovalPaidTwiceDeadLetters')).toBe(1);
    expect(await refundable(orderId)).toMatchObject({ refundedMinor: 2000, refundableMinor: 0 });
  });

  test('of success that comes after the provider answered that it failed since changes nothing', async () => {
    acme.reset((number) => ({
      ...(number === 1 && { fault: 'dropped-after' }),
      // The money comes back before anybody is told that it went out.
      meanwhile: async (made) => void (made.status = 'failed'),
    }));
    const refund = await approvedRefund();
    const { refundId, orderId } = refund;
    const paidAt = new Date(Date.now() + clock.aheadMs).toISOString();
    await wait(async () => expect(acme.requests).toHaveLength(1));
    retryLater();
    await becomes(refundId, 'payout-failed');
    await tell(word(refund, { refundId, occurredAt: paidAt }));
    await office.settled();
    expect(await read(refundId)).toMatchObject({ status: 'payout-failed', payouts: [{ status: 'failed' }] });
    expect(await refundable(orderId)).toMatchObject({ refundedMinor: 0, refundableMinor: 1000 });
    expect(await steps(refundId)).toEqual(['RefundPayoutStarted', 'RefundPayoutFailed']);
  });

  test('of success that comes after the failure that followed it was paid again changes nothing', async () => {
    const refund = await approvedRefund();
    const { refundId } = refund;
    await becomes(refundId, 'paid');
    const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
    const first = `${refundId}.0.1`;
    await tell(word(refund, { type: 'refund.failed', refundId: first, occurredAt: at(10) }));
    await becomes(refundId, 'payout-failed');
    await settle(refundId, 'retry');
    await becomes(refundId, 'paid');
    await tell(word(refund, { refundId: first, occurredAt: at(5) }));
    await office.settled();
    expect(await parked('RefundApprovalProviderWordDeadLetters')).toBe(0);
    expect(await steps(refundId)).toEqual([
      'RefundPayoutStarted',
      'RefundPaid',
      'RefundPayoutFailed',
      'RefundPayoutStarted',
      'RefundPaid',
    ]);
  });

  test('is all there is of a provider that is paid through by hand', async () => {
    const refund = await approvedRefund('bank');
    const { refundId } = refund;
    await becomes(refundId, 'paying');
    expect((await read(refundId)).payouts).toMatchObject([{ status: 'sent', reference: `${refundId}.0.1` }]);
    await tell(word(refund, {}), 'bank');
    await becomes(refundId, 'paid');
  });

  test('that fits no payout stays in front of an operator and changes nothing', async () => {
    const refund = await approvedRefund('bank');
    const { refundId } = refund;
    await becomes(refundId, 'paying');
    const strange = [
      { refundId, amountMinor: 999 },
      { refundId, currency: 'EUR' },
      { refundId, paymentId: 'another' },
      { refundId: `${refundId}.0.2` },
      { refundId: 'nobody' },
      { amountMinor: 1 },
    ];
    for (const given of strange) await tell(word(refund, given), 'bank');
    while ((await parked('RefundApprovalProviderWordDeadLetters')) < strange.length) {
      await sleep(500);
      retryLater();
    }
    await office.hangUp();
    expect((await read(refundId)).status).toBe('paying');
  });
});
