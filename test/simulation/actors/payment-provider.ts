import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { setProviders } from '../../support/payments/providers-secret.ts';
import { type Behaviour, type MadeRefund, startHttpProvider } from '../../support/payments/provider-double.ts';
import { chance } from '../workload/random.ts';
import { orderOfPayment } from '../workload/life-cycle-plan.ts';
import { postPayment } from './order-life-cycle.ts';
import { callWithRetries, type RunContext } from './run-context.ts';

/** How long functions wait for the provider in the simulated store. */
export const providerTimeoutSeconds = 1;
const signingSecret = 'the simulated provider and we';

type Mood = Behaviour & { likelihood: number };

/** What goes wrong with the first request under a key. */
const faults: Mood[] = [
  { likelihood: 0.05, fault: 'dropped-before' },
  { likelihood: 0.1, fault: 'dropped-after' },
  { likelihood: 0.04, fault: 500 },
  { likelihood: 0.02, fault: 429 },
  // Paid, and the answer comes when nobody waits any more.
  { likelihood: 0.05, delayMs: providerTimeoutSeconds * 1000 + 200 },
  { likelihood: 0.1, delayMs: 150 },
];
/** What becomes of the money. */
const results: Mood[] = [
  { likelihood: 0.2, result: 'pending' },
  { likelihood: 0.05, result: 'failed' },
  { likelihood: 0.08, result: 'declined' },
];
const calm: Mood = { likelihood: 1 };
type Repaid = Pick<MadeRefund, 'reference' | 'paymentId' | 'amountMinor'>;
type Paying = { refundId: string; orderId: string; payouts: (Repaid & { status: string })[] };

const oneOf = (moods: readonly Mood[], roll: number): Mood =>
  moods.find(({ likelihood }) => (roll -= likelihood) < 0) ?? calm;

/**
 * The provider that all payments come by. While `isActive` it is slow, fails, declines, pays without saying so, takes money
 * back, and tells by webhook before it answers, after that, twice, or never: the seed decides by what it is asked for.
 */
export async function startPaymentProvider(seed: number, isActive: () => boolean, context: RunContext) {
  const double = await startHttpProvider(signingSecret);
  await setProviders(context.engine, { acme: { kind: 'http', url: `${double.url}/refunds`, signingSecret } });
  const underway = new Set<Promise<void>>();
  const inAWhile = (work: () => Promise<void>, most: number, roll: number) => {
    const done = sleep(roll * most)
      .then(work)
      .finally(() => underway.delete(done));
    underway.add(done);
  };

  const tell = async (payment: Repaid, to: 'succeeded' | 'failed', times: number) => {
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
  /** Decides what becomes of the money and tells it, perhaps. */
  const turn = async (made: MadeRefund, to: 'succeeded' | 'failed', roll: number) => {
    made.status = to;
    await tell(made, to, Math.floor(roll * 3));
  };

  const notifiedByStaff = new Set<string>();
  /** A payout over which a chargeback came is not asked for again: somebody looks here what became of it. */
  const notifyByStaff = async () => {
    const { observed, client } = context;
    const page = await callWithRetries(observed, () => client('admin').get('/refunds?status=paying&limit=100'));
    const paying: Paying[] = page?.body.refunds ?? [];
    for (const { refundId, orderId, payouts } of paying) {
      const order = await callWithRetries(observed, () => client('admin').get(`/orders/${orderId}/refundable`));
      if (order?.body.blockedBy === undefined) continue;
      notifiedByStaff.add(refundId);
      for (const payout of payouts.filter(({ status }) => status === 'sent')) {
        const made = double.refunds.find(({ reference }) => reference === payout.reference);
        if (made?.status !== 'pending') await tell(payout, made?.status ?? 'failed', 1);
      }
    }
  };

  double.reset((number, key) => {
    if (!isActive()) return {};
    const roll = (what: string) => chance(seed, 'provider', key, what);
    const { fault, delayMs } = number === 1 ? oneOf(faults, roll('fault')) : calm;
    const { result } = oneOf(results, roll('result'));
    const meanwhile = async (made: MadeRefund) => {
      const isTakenBack = made.status === 'succeeded' && roll('taken back') < 0.06;
      if (made.status === 'succeeded' && roll('first') < 0.3) await turn(made, 'succeeded', roll('times'));
      if (made.status === 'pending') {
        const outcome = roll('outcome') < 0.8 ? 'succeeded' : 'failed';
        inAWhile(() => turn(made, outcome, roll('times')), 800, roll('when'));
      } else if (isTakenBack) inAWhile(() => turn(made, 'failed', 0.5), 1500, roll('when'));
    };
    return { ...(fault && { fault }), ...(delayMs && { delayMs }), ...(result && { result }), meanwhile };
  });
  return {
    /** The provider's own ledger. */
    ledger: double.refunds,
    /** Resolves when nothing more comes from it by itself. */
    quiet: async () => void (await Promise.all(underway)),
    notifyByStaff,
    notifiedByStaff,
    stop: double.stop,
  };
}
