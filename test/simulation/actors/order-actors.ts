import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel } from '../../../shared/in-parallel.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { completeOrder, payEarly } from './order-life-cycle.ts';
import { refund } from './refund-life-cycle.ts';
import type { PlannedBatch, PlannedOrder } from '../workload/order-plan.ts';
import { type Actor, callWithRetries, repeatedly, type RunContext } from './run-context.ts';

const concurrentBatches = 4;
/** Delays between a storefront's polls of a queued order. After the last one it stops. */
const pollDelaysMs = [100, 100, 100, 200, 300, 400, 500, 600, 700];

/** The channels' storefronts. They send orders concurrently and retry each until it has a final response. */
export const storefronts: Actor = {
  name: 'storefronts',
  act: async (context) => {
    /** Refunds that continue while the next orders are placed. */
    const refunds: Promise<void>[] = [];
    await inParallel(concurrentBatches, context.plan.batches, async (batch) => {
      if (context.isTimeUp()) return;
      await inParallel(batch.concurrency, batch.orders, (order) => payEarly(context, order));
      if (batch.lane === 'batch') await sendBatch(context, batch);
      await inParallel(batch.concurrency, batch.orders, async (order) => {
        if (batch.lane !== 'batch') await sendRepeatedly(context, order, batch.lane);
        const isPlaced = batch.lane === 'direct' || (await isDecided(context, order));
        if (isPlaced) {
          await completeOrder(context, order);
          refunds.push(refund(context, order, 'end'));
        }
        context.onOrder();
      });
    });
    context.allOrdersDone();
    await Promise.all(refunds);
  },
};

/** Sends an order with its repeats, then its changed content. */
async function sendRepeatedly(context: RunContext, order: PlannedOrder, lane: 'direct' | 'queued'): Promise<void> {
  await repeatedly(order, () => send(context, order, order.content, lane));
  if (order.changedContent) await send(context, order, order.changedContent, lane);
}

async function send(
  { client, observed, now }: RunContext,
  order: PlannedOrder,
  content: PlannedOrder['content'],
  lane: string,
) {
  const headers = lane === 'queued' ? { prefer: 'respond-async' } : {};
  const response = await callWithRetries(observed, () => client(order.client).post('/orders', content, headers));
  const { status = 0, text = '', body } = response ?? {};
  const type = String(body?.type ?? '');
  observed.orders.push({ channel: order.client, sent: content, status, type, text, receivedAt: now() });
}

async function sendBatch({ client, observed, now }: RunContext, { orders, repeats }: PlannedBatch): Promise<void> {
  const [first] = orders;
  if (!first) return;
  await repeatedly({ repeats, isConcurrent: first.isConcurrent }, async () => {
    const contents = orders.map(({ content }) => content);
    const response = await callWithRetries(observed, () =>
      client(first.client).post('/orders/batch', { orders: contents }),
    );
    for (const [index, { client: channel, content: sent }] of orders.entries()) {
      const result = response?.body.results?.[index];
      // The status that a single queued order would have.
      const status = { accepted: 202, placed: 200, refused: Number(result?.problem?.status) }[String(result?.status)];
      const type = String(result?.problem?.type ?? '');
      observed.orders.push({ channel, sent, status: status ?? 0, type, text: '', receivedAt: now() });
    }
  });
}

/** Polls a queued order until it is placed. False if it is refused, or still pending after the last poll. */
async function isDecided(
  { client, observed }: RunContext,
  { client: channel, content }: PlannedOrder,
): Promise<boolean> {
  const path = `/orders/${orderIdOf(channel, content.externalOrderId)}`;
  for (const pauseMs of pollDelaysMs) {
    await sleep(pauseMs);
    const response = await callWithRetries(observed, () => client(channel).get(path));
    if (response?.status !== 200) return false;
    if (response.body.status !== 'accepted') return response.body.status !== 'refused';
  }
  return false;
}
