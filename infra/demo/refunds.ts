import { createDemoClient, notifyPayment } from './demo-client.ts';
import { type Demo, isLarge, type PlacedOrder } from './orders.ts';
import type { Progress } from './progress.ts';

type Decision = { by: 'service-lead' | 'finance'; decision: 'approve' | 'reject'; comment: string };
type Refund = { content: (lines: object[]) => object; decided?: Decision; fromMinor?: number };

const goodwill = (goodwillMinor: number, decided?: Decision): Refund => ({
  content: () => ({ reason: 'goodwill', goodwillMinor }),
  fromMinor: goodwillMinor,
  ...(decided && { decided }),
});
const changedMind: Refund = { content: (lines) => ({ reason: 'changed-mind', lines }) };
const broken: Refund = { content: (lines) => ({ reason: 'damaged', lines, restock: false }) };

/** By default, small amounts are approved automatically, goodwill above 20.00 by one person, amounts above 500.00 by two. */
const refunds: readonly Refund[] = [
  broken,
  changedMind,
  changedMind,
  goodwill(2500),
  { ...broken, content: (lines) => ({ reason: 'not-as-described', lines, restock: false }) },
  goodwill(2400, { by: 'service-lead', decision: 'approve', comment: 'Agreed by phone' }),
  goodwill(4000, { by: 'finance', decision: 'reject', comment: 'The parcel was on time' }),
  goodwill(500),
];

/**
 * Refunds of delivered orders: paid ones, some that await one or two decisions, a rejected one; a return that is expected,
 * and one of which a part was received.
 */
export async function addRefunds({ store, signal }: Demo, orders: readonly PlacedOrder[], progress: Progress) {
  const client = (name: string) => createDemoClient(store, name, signal);
  const [service, warehouse] = [client('service'), client('warehouse')];
  const fit = orders.filter(({ stage, daysAgo }) => stage === 'delivered' && daysAgo < 28);
  const small = new Set(fit.filter(({ id, totalMinor }) => !isLarge(id) && totalMinor <= 10_000));
  const wanted = fit.filter(({ id }) => isLarge(id)).map((order) => ({ order, refund: changedMind }));
  // The dearest first: a goodwill is at most what its order was paid.
  for (const refund of refunds.toSorted((a, b) => (b.fromMinor ?? 0) - (a.fromMinor ?? 0))) {
    const order = [...small].find(({ totalMinor }) => totalMinor >= (refund.fromMinor ?? 600));
    if (!order) continue;
    small.delete(order);
    wanted.push({ order, refund });
  }
  const returns: string[] = [];
  for (const [done, { order, refund }] of wanted.entries()) {
    progress(done, wanted.length);
    const { orderId, lines } = order;
    const [{ lineId, quantity } = { lineId: '', quantity: 0 }] = lines;
    const content = refund.content([{ lineId, quantity }]);
    const { status, body } = await service.post('/refunds', { requestId: 'demo', orderId, ...content });
    if (status === 409) continue;
    if (body.return) returns.push(body.return.rmaId);
    const { by, ...decision } = refund.decided ?? {};
    if (by !== undefined) await client(by).post(`/refunds/${body.refundId}/decisions`, decision);
  }
  const [rmaId] = returns;
  if (rmaId !== undefined) {
    const { body } = await service.get(`/returns/${rmaId}`);
    const units = [{ lineId: body.units[0].lineId, quantity: 1, disposition: 'restock' }];
    await warehouse.post(`/returns/${rmaId}/receipts`, { receiptId: 'demo-parcel', units });
  }
  progress(wanted.length, wanted.length);
}

/** Reports the payouts that were sent as paid, as the payment provider does. */
export async function payRefunds({ store, signal }: Demo): Promise<void> {
  const service = createDemoClient(store, 'service', signal);
  const { body } = await service.get('/refunds?status=paying&limit=100');
  for (const { refundId } of body.refunds) {
    const { body: refund } = await service.get(`/refunds/${refundId}`);
    for (const { status, amountMinor, reference } of refund.payouts) {
      if (status !== 'sent') continue;
      const { orderId, requestedAt: occurredAt } = refund;
      const payment = { type: 'refund.succeeded', orderId, amountMinor, occurredAt, refundId: reference };
      await notifyPayment(store, `demo-paid-${reference}`, payment, signal);
    }
  }
}
