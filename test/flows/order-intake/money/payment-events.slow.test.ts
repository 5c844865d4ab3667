import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aPayment, eventTypes, placedOrder, postPayment } from '../../../support/orders/order-api.ts';
import { startStripe } from '../../../support/payments/provider-double.ts';
import { stripeWebhookSecret } from '../../../support/payments/stripe-webhook.ts';
import { setProviders } from '../../../support/payments/providers-secret.ts';
import { refundDriver } from '../../../support/refunds/refund-driver.ts';
import { type BackOffice, startBackOffice } from '../../../support/system/back-office.ts';
import { withShortWindows } from '../../../support/system/edited-template.ts';
import { expectProblem } from '../../../support/system/test-data.ts';

const apiKey = 'sk_test_double';
let office: BackOffice;
let stripe: Awaited<ReturnType<typeof startStripe>>;
beforeAll(async () => {
  [office, stripe] = await Promise.all([startBackOffice({ cdkOut: withShortWindows() }), startStripe(apiKey)]);
  await setProviders(office, {
    stripe: { kind: 'stripe', apiKey, apiBase: stripe.url, webhookSecret: stripeWebhookSecret },
  });
  // The payouts are made only when an event reports them.
  stripe.reset(() => ({ result: 'pending' }));
});
afterAll(() => Promise.all([office.stop(), stripe.stop()]));

const refunds = refundDriver(() => office);
/** Seconds since the epoch, `second` seconds after a minute ago. */
const at = (second: number) => Math.floor(Date.now() / 1000) - 60 + second;

async function postStripe(type: string, object: object, given: object = {}) {
  const id = `evt_${randomUUID()}`;
  const body = JSON.stringify({ id, object: 'event', created: at(0), type, data: { object }, ...given });
  const signature = Stripe.webhooks.generateTestHeaderString({ payload: body, secret: stripeWebhookSecret });
  const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
  const response = await fetch(`${office.apiUrl}/webhooks/payments/stripe`, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), text, body: JSON.parse(text) };
}

/** An order at 10.00, captured by `acme` or at Stripe. */
async function paidBy(provider: 'acme' | 'stripe', priceMinor = 1000) {
  const placed = await placedOrder(office, { priceMinor });
  const { orderId } = placed;
  const [paymentId, charge] = [`pi_${randomUUID()}`, `ch_${randomUUID().replaceAll('-', '')}`];
  stripe.capture(paymentId, priceMinor);
  stripe.charge(charge, { orderId });
  await refunds.pay(orderId, { paymentId, amountMinor: priceMinor }, provider);
  const ofCharge = { amount: priceMinor, currency: 'gbp', charge, payment_intent: paymentId };
  return { ...placed, paymentId, ofCharge, priceMinor };
}

type Paid = Awaited<ReturnType<typeof paidBy>>;
/** Events are a quarter of a minute apart, so that a slow machine does not reorder them. */
type DisputeEvent = [type: 'opened' | 'won' | 'lost' | 'warning', quarter: number];

/** Reports a chargeback as the provider does, each event twice. */
const report = {
  acme: async ({ orderId, paymentId, priceMinor }: Paid, [type, quarter]: DisputeEvent, chargebackId: string) => {
    const event = {
      eventId: `${chargebackId}-${type}-${quarter}`,
      type: type === 'warning' ? 'chargeback.won' : `chargeback.${type}`,
      paymentId,
      chargebackId,
      amountMinor: priceMinor,
      occurredAt: new Date(at(15 * quarter) * 1000).toISOString(),
    };
    const sent = aPayment(orderId, event);
    return Promise.all([postPayment(office, sent), postPayment(office, sent)]);
  },
  stripe: async ({ ofCharge }: Paid, [type, quarter]: DisputeEvent, id: string) => {
    const status = { opened: 'needs_response', won: 'won', lost: 'lost', warning: 'warning_closed' }[type];
    const name = type === 'opened' ? 'charge.dispute.created' : 'charge.dispute.closed';
    const given = { id: `evt_${id}_${type}_${quarter}`, created: at(15 * quarter) };
    const send = () => postStripe(name, { ...ofCharge, id, status }, given);
    return Promise.all([send(), send()]);
  },
};
const outcomes = {
  open: { holdReasons: ['chargeback'], chargedBackMinor: 1000, refundableMinor: 0, blockedBy: 'chargeback-open' },
  won: { holdReasons: undefined, chargedBackMinor: 0, refundableMinor: 1000, blockedBy: undefined },
  lost: { holdReasons: ['chargeback'], chargedBackMinor: 1000, refundableMinor: 0, blockedBy: undefined },
};

describe('a chargeback', () => {
  const cases: [name: string, events: DisputeEvent[], outcome: keyof typeof outcomes][] = [
    ['opened', [['opened', 1]], 'open'],
    [
      'opened and won',
      [
        ['opened', 1],
        ['won', 2],
      ],
      'won',
    ],
    [
      'opened and lost',
      [
        ['opened', 1],
        ['lost', 2],
      ],
      'lost',
    ],
    [
      'closed as an inquiry',
      [
        ['opened', 1],
        ['warning', 2],
      ],
      'won',
    ],
    [
      'won before its opening arrives',
      [
        ['won', 2],
        ['opened', 1],
      ],
      'won',
    ],
    [
      'lost before its opening arrives',
      [
        ['lost', 2],
        ['opened', 1],
      ],
      'lost',
    ],
    ['lost without an opening', [['lost', 2]], 'lost'],
    [
      'won, then lost after all',
      [
        ['opened', 1],
        ['won', 2],
        ['lost', 3],
      ],
      'lost',
    ],
    [
      'lost, then won after all, in reverse',
      [
        ['won', 3],
        ['lost', 2],
        ['opened', 1],
      ],
      'won',
    ],
  ];
  const byProvider = (['acme', 'stripe'] as const).flatMap((provider) =>
    cases.map(([name, events, outcome]) => [name, provider, events, outcome] as const),
  );
  test.each(byProvider)('%s, reported twice by %s', async (_name, provider, events, outcome) => {
    const paid = await paidBy(provider);
    const id = `dp_${randomUUID()}`;
    for (const event of events) {
      const responses = await report[provider](paid, event, id);
      expect(new Set(responses.map(({ body }) => body.status))).toEqual(new Set(['recorded', 'already-recorded']));
    }
    const { holdReasons, payment, status } = await refunds.read(paid.path);
    const { refundableMinor, blockedBy } = await refunds.refundable(paid.orderId);
    const { chargedBackMinor } = payment;
    expect({ holdReasons, chargedBackMinor, refundableMinor, blockedBy }).toEqual(outcomes[outcome]);
    expect([status, payment.balance]).toEqual([outcome === 'won' ? 'paid' : 'on-hold', 'settled']);
    const expected = { won: 201, lost: 409, open: 409 }[outcome];
    expect((await refunds.request(paid.orderId)).status).toBe(expected);
  });

  test('that is lost before an approval blocks the payout; once it is won after all, the payout can be retried', async () => {
    const paid = await paidBy('acme', 20_000);
    const { path } = await refunds.requested(paid.orderId);
    expect((await refunds.read(path)).status).toBe('pending-approval');
    const id = `dp_${randomUUID()}`;
    for (const event of [
      ['opened', 1],
      ['lost', 2],
    ] as const)
      await report.acme(paid, [...event], id);
    expect((await refunds.decide(path)).status).toBe(200);
    await refunds.becomes(path, {
      status: 'payout-failed',
      payouts: [{ status: 'failed', failure: 'chargeback-lost' }],
    });
    for (const action of ['retry', 'store-credit'] as const) {
      expectProblem(await refunds.resolvePayout(path, action), 409, 'not-refundable');
    }
    await report.acme(paid, ['won', 3], id);
    expect(await refunds.refundable(paid.orderId)).toMatchObject({ refundableMinor: 20_000 });
    expect((await refunds.resolvePayout(path, 'retry')).body.status).toBe('paying');
  });
});

describe('the end of a refund at Stripe', () => {
  type RefundEvent = [type: 'refund.created' | 'refund.updated' | 'refund.failed', status: string, second: number];
  test.each<[string, RefundEvent[], string]>([
    ['succeeded', [['refund.updated', 'succeeded', 1]], 'paid'],
    ['failed', [['refund.failed', 'failed', 1]], 'payout-failed'],
    ['canceled', [['refund.updated', 'canceled', 1]], 'payout-failed'],
    ['succeeded at once', [['refund.created', 'succeeded', 1]], 'paid'],
    [
      'pending, then succeeded',
      [
        ['refund.created', 'pending', 1],
        ['refund.updated', 'succeeded', 2],
      ],
      'paid',
    ],
    [
      'succeeded, then failed',
      [
        ['refund.updated', 'succeeded', 1],
        ['refund.failed', 'failed', 2],
      ],
      'payout-failed',
    ],
    [
      'succeeded, then failed, in reverse',
      [
        ['refund.failed', 'failed', 2],
        ['refund.updated', 'succeeded', 1],
      ],
      'payout-failed',
    ],
  ])('%s, reported twice', async (_name, events, status) => {
    const { orderId, ofCharge } = await paidBy('stripe');
    await office.settled();
    const { refundId, path } = await refunds.requested(orderId, { reason: 'late' });
    await refunds.becomes(path, { status: 'paying' });
    const metadata = { refundId, reference: `${refundId}.0.1` };
    const now = at(60);
    for (const [type, refundStatus, second] of events) {
      const send = (id: string) =>
        postStripe(type, { ...ofCharge, id: 're_1', status: refundStatus, metadata }, { id, created: now + second });
      const id = `evt_${randomUUID()}`;
      for (const response of await Promise.all([send(id), send(id), send(`${id}_again`)])) {
        expect(response.status, response.text).toBe(200);
      }
      await office.settled();
    }
    await refunds.becomes(path, { status });
    const refundedMinor = status === 'paid' ? 1000 : 0;
    expect(await refunds.refundable(orderId)).toMatchObject({ refundedMinor, refundableMinor: 1000 - refundedMinor });
  });
});

describe('the time of a payment event', () => {
  const days = (count: number) => new Date(Date.now() + count * 86_400_000).toISOString();
  const types = ['payment.captured', 'payment.authorized', 'refund.succeeded', 'chargeback.opened', 'chargeback.won'];
  test.each<[string, string]>([
    ['in an hour', days(1 / 24)],
    ['tomorrow', days(1)],
    ['in the next year, as mistyped', days(365)],
    ['far in the future', '9999-12-31T23:59:59Z'],
    ['1970, as of an empty field', '1970-01-01T00:00:00Z'],
    ['before the store had payments', '1999-12-31T23:59:59Z'],
    ['in the year 1', '0001-01-01T00:00:00Z'],
    ['a date only', '2026-11-30'],
    ['without an offset', '2026-11-30T09:15:00'],
    ['a day that does not exist', '2026-02-30T09:15:00Z'],
    ['seconds since the epoch', '1796030100'],
  ])('is refused: %s', async (_name, occurredAt) => {
    const { orderId, path } = await placedOrder(office);
    for (const type of types) {
      const refused = await postPayment(office, aPayment(orderId, { type, occurredAt }));
      expectProblem(refused, 422, 'invalid-content');
      const pointers = refused.body.errors.map(({ pointer }: { pointer: string }) => pointer);
      expect(new Set(pointers)).toEqual(new Set(['/occurredAt']));
    }
    expect(await eventTypes(office, path)).toEqual(['OrderPlaced']);
  });

  test.each<[string, string]>([
    ['now', days(0)],
    ['four minutes ahead, by another clock', days(4 / 1440)],
    ['before the order was placed', days(-1)],
    ['last year', days(-365)],
    ['at another offset', new Date(Date.now() - 60_000 + 5.5 * 3_600_000).toISOString().replace('Z', '+05:30')],
  ])('is accepted: %s', async (_name, occurredAt) => {
    const { orderId, path } = await placedOrder(office);
    expect((await postPayment(office, aPayment(orderId, { occurredAt }))).body.status).toBe('recorded');
    expect((await refunds.read(path)).status).toBe('paid');
  });

  test.each<[string, number]>([
    ['in an hour', at(3660)],
    ['in the next year', at(365 * 86_400)],
    ['0', 0],
    ['before 2000', 946_684_799],
    ['in milliseconds', Date.now()],
    ['beyond all dates', Number.MAX_SAFE_INTEGER],
  ])('at Stripe is refused: %s', async (_name, created) => {
    const { ofCharge, path } = await paidBy('stripe');
    const dispute = { ...ofCharge, id: 'dp_1', status: 'needs_response' };
    const refused = await postStripe('charge.dispute.created', dispute, { created });
    expectProblem(refused, 422, 'invalid-content');
    expect(refused.body.errors).toMatchObject([{ pointer: '/created' }]);
    expect((await refunds.read(path)).status).toBe('paid');
  });
});
