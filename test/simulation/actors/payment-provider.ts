import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { setProviders } from '../../support/payments/providers-secret.ts';
import { type Behaviour, type MadeRefund, startHttpProvider } from '../../support/payments/provider-double.ts';
import { chance } from '../workload/random.ts';
import { orderOfPayment } from '../workload/life-cycle-plan.ts';
import { postPayment } from './order-life-cycle.ts';
import { callWithRetries, type RunContext } from './run-context.ts';

/** The functions' timeout for provider requests in the simulated store. */
export const providerTimeoutSeconds = 1;
const signingSecret = 'simulated signing secret';

type WeightedBehaviour = Behaviour & { probability: number };

/** Faults of the first request with an idempotency key. */
const faults: WeightedBehaviour[] = [
  { probability: 0.05, fault: 'dropped-before' },
  { probability: 0.1, fault: 'dropped-after' },
  { probability: 0.04, fault: 500 },
  { probability: 0.02, fault: 429 },
  // The refund is made; the response arrives after the caller's timeout.
  { probability: 0.05, delayMs: providerTimeoutSeconds * 1000 + 200 },
  { probability: 0.1, delayMs: 150 },
];
/** Results of refunds; otherwise they succeed. */
const results: WeightedBehaviour[] = [
  { probability: 0.2, result: 'pending' },
  { probability: 0.05, result: 'failed' },
  { probability: 0.08, result: 'declined' },
];
const normal: WeightedBehaviour = { probability: 1 };
type SentPayout = Pick<MadeRefund, 'reference' | 'paymentId' | 'amountMinor'>;
type PayingRefund = { refundId: string; orderId: string; payouts: (SentPayout & { status: string })[] };

const oneOf = (behaviours: readonly WeightedBehaviour[], roll: number): WeightedBehaviour =>
  behaviours.find(({ probability }) => (roll -= probability) < 0) ?? normal;

/**
 * The payment provider of all orders. While `isActive`, it delays, fails, declines and reverses refunds, and sends its
 * notifications before the response, after it, twice or never. The seed decides by the idempotency key.
 */
export async function startPaymentProvider(seed: number, isActive: () => boolean, context: RunContext) {
  const double = await startHttpProvider(signingSecret);
  await setProviders(context.engine, { acme: { kind: 'http', url: `${double.url}/refunds`, signingSecret } });
  const pending = new Set<Promise<void>>();
  const schedule = (work: () => Promise<void>, maxDelayMs: number, roll: number) => {
    const done = sleep(roll * maxDelayMs)
      .then(work)
      .finally(() => pending.delete(done));
    pending.add(done);
  };

  const notify = async (payment: SentPayout, to: 'succeeded' | 'failed', times: number) => {
    const { paymentId, amountMinor, reference: refundId } = payment;
    const event = {
      eventId: randomUUID(),
      type: `refund.${to}`,
      paymentId,
      orderId: orderOfPayment(paymentId),
      amountMinor,
      currency: 'GBP',
      occurredAt: new Date(context.now()).toISOString(),
      refundId,
    };
    for (let time = 0; time < times; time += 1) await postPayment(context, event);
  };
  /** Sets the final status of a refund and notifies it up to twice. */
  const settle = async (made: MadeRefund, to: 'succeeded' | 'failed', roll: number) => {
    made.status = to;
    await notify(made, to, Math.floor(roll * 3));
  };

  const notifiedByStaff = new Set<string>();
  /** Payouts with an open chargeback are not retried. Staff look up their result at the provider. */
  const notifyByStaff = async () => {
    const { observed, client } = context;
    const page = await callWithRetries(observed, () => client('admin').get('/refunds?status=paying&limit=100'));
    const paying: PayingRefund[] = page?.body.refunds ?? [];
    for (const { refundId, orderId, payouts } of paying) {
      const order = await callWithRetries(observed, () => client('admin').get(`/orders/${orderId}/refundable`));
      if (order?.body.blockedBy === undefined) continue;
      notifiedByStaff.add(refundId);
      for (const payout of payouts.filter(({ status }) => status === 'sent')) {
        const made = double.refunds.find(({ reference }) => reference === payout.reference);
        if (made?.status !== 'pending') await notify(payout, made?.status ?? 'failed', 1);
      }
    }
  };

  double.reset((number, key) => {
    if (!isActive()) return {};
    const roll = (what: string) => chance(seed, 'provider', key, what);
    const { fault, delayMs } = number === 1 ? oneOf(faults, roll('fault')) : normal;
    const { result } = oneOf(results, roll('result'));
    const meanwhile = async (made: MadeRefund) => {
      const isReversed = made.status === 'succeeded' && roll('taken back') < 0.06;
      if (made.status === 'succeeded' && roll('first') < 0.3) await settle(made, 'succeeded', roll('times'));
      if (made.status === 'pending') {
        const outcome = roll('outcome') < 0.8 ? 'succeeded' : 'failed';
        schedule(() => settle(made, outcome, roll('times')), 800, roll('when'));
      } else if (isReversed) schedule(() => settle(made, 'failed', 0.5), 1500, roll('when'));
    };
    return { ...(fault && { fault }), ...(delayMs && { delayMs }), ...(result && { result }), meanwhile };
  });
  return {
    /** The provider's own ledger. */
    ledger: double.refunds,
    /** Resolves when no notification is pending. */
    whenIdle: async () => void (await Promise.all(pending)),
    notifyByStaff,
    notifiedByStaff,
    stop: double.stop,
  };
}
