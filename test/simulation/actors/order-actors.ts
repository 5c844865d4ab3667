import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel } from '../../../shared/in-parallel.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { completeOrder, payEarly } from './order-life-cycle.ts';
import { refund } from './refund-life-cycle.ts';
import type { PlannedBatch, PlannedOrder } from '../workload/order-plan.ts';
import { type Actor, callWithRetries, repeatedly, type RunContext } from './run-context.ts';

const batchesAtOnce = 4;
/** When a storefront looks what became of a queued order, in milliseconds after it last looked; then it leaves it alone. */
const looksAfterMs = [100, 100, 100, 200, 300, 400, 500, 600, 700];

/** The channels' storefronts: many at once, each order under its identity until it is answered, some sent twice or changed. */
export const storefronts: Actor = {
  name: 'storefronts',
  act: async (context) => {
    /** What goes on while the next orders come. */
    const afterwards: Promise<void>[] = [];
    await inParallel(batchesAtOnce, context.plan.batches, async (batch) => {
      if (context.isTimeUp()) return;
      await inParallel(batch.atOnce, batch.orders, (order) => payEarly(context, order));
      if (batch.lane === 'together') await sendTogether(context, batch);
      await inParallel(batch.atOnce, batch.orders, async (order) => {
        if (batch.lane !== 'together') await sendAll(context, order, batch.lane);
        const isPlaced = batch.lane === 'now' || (await isDecided(context, order));
        if (isPlaced) {
          await completeOrder(context, order);
          afterwards.push(refund(context, order, 'end'));
        }
        context.onOrder();
      });
    });
    context.ordersOver();
    await Promise.all(afterwards);
  },
};

/** Sends an order as often as its customer clicks, and at last what was changed. */
async function sendAll(context: RunContext, order: PlannedOrder, lane: 'now' | 'later'): Promise<void> {
  await repeatedly(order, () => send(context, order, order.content, lane));
  if (order.changed) await send(context, order, order.changed, lane);
}

async function send({ client, observed }: RunContext, order: PlannedOrder, content: PlannedOrder['content'], lane: string) {
  const headers = lane === 'later' ? { prefer: 'respond-async' } : {};
  const answer = await callWithRetries(observed, () => client(order.client).post('/orders', content, headers));
  const { status = 0, text = '', body } = answer ?? {};
  observed.orders.push({ channel: order.client, sent: content, status, type: String(body?.type ?? ''), text });
}

async function sendTogether({ client, observed }: RunContext, { orders, repeats }: PlannedBatch): Promise<void> {
  const [first] = orders;
  if (!first) return;
  await repeatedly({ repeats, isHasty: first.isHasty }, async () => {
    const contents = orders.map(({ content }) => content);
    const answer = await callWithRetries(observed, () => client(first.client).post('/orders/batch', { orders: contents }));
    for (const [index, { client: channel, content: sent }] of orders.entries()) {
      const result = answer?.body.results?.[index];
      // As one order for the queue would be answered.
      const status = { accepted: 202, placed: 200, refused: Number(result?.problem?.status) }[String(result?.status)];
      observed.orders.push({ channel, sent, status: status ?? 0, type: String(result?.problem?.type ?? ''), text: '' });
    }
  });
}

/** Waits for what became of a queued order; false if it takes too long, as after a crash, or it was refused. */
async function isDecided({ client, observed }: RunContext, { client: channel, content }: PlannedOrder): Promise<boolean> {
  const path = `/orders/${orderIdOf(channel, content.externalOrderId)}`;
  for (const pauseMs of looksAfterMs) {
    await sleep(pauseMs);
    const answer = await callWithRetries(observed, () => client(channel).get(path));
    if (answer?.status !== 200) return false;
    if (answer.body.status !== 'accepted') return answer.body.status !== 'refused';
  }
  return false;
}
