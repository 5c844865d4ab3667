import { orderIdOf } from '../../../shared/ids.ts';
import { paymentSignature } from '../../support/payments/signature.ts';
import { paymentIdOf, type PlannedPayment } from '../workload/life-cycle-plan.ts';
import type { PlannedOrder } from '../workload/order-plan.ts';
import { refund } from './refund-life-cycle.ts';
import { callWithRetries, repeatedly, type RunContext } from './run-context.ts';

const provider = 'acme';
const idOf = ({ client, content }: PlannedOrder) => orderIdOf(client, content.externalOrderId);

/** What came before its order: the provider is faster than the storefront. */
export const payEarly = (context: RunContext, order: PlannedOrder): Promise<void> =>
  pay(context, order, order.guessedMinor, ({ isEarly }) => isEarly);

/** Everybody who has to do with a placed order: it is paid, cancelled, edited, looked at, shipped, delivered and refunded, as planned. */
export async function completeOrder(context: RunContext, order: PlannedOrder): Promise<void> {
  const placed = await current(context, order);
  if (!placed) return;
  await Promise.all([
    pay(context, order, placed.totalMinor, ({ isEarly }) => !isEarly),
    cancel(context, order, 'payment'),
    edit(context, order),
    // Too early for most that are to be paid.
    order.life.isAllocated && order.life.sending.isHasty ? allocate(context, order) : undefined,
  ]);
  await review(context, order);
  if (order.life.isAllocated) await allocate(context, order);
  await Promise.all([ship(context, order), cancel(context, order, 'shipment'), refund(context, order, 'shipment')]);
}

/** The order as everybody may see it; undefined if there is none. */
async function current({ client, observed }: RunContext, order: PlannedOrder) {
  const answer = await callWithRetries(observed, () => client('admin').get(`/orders/${idOf(order)}`));
  return answer?.status === 200 ? answer.body : undefined;
}

async function pay(
  context: RunContext,
  order: PlannedOrder,
  totalMinor: number,
  isDue: (payment: PlannedPayment) => boolean,
): Promise<void> {
  const tell = async (payment: PlannedPayment) => {
    const { eventId, type, from, to } = payment;
    const orderId = idOf(order);
    const share = (thousandths: number) => Math.floor((totalMinor * thousandths) / 1000);
    const event = {
      eventId,
      type,
      paymentId: paymentIdOf(orderId, payment.payment),
      orderId,
      amountMinor: share(to) - share(from),
      currency: 'GBP',
      occurredAt: '2025-03-30T12:00:00Z',
    };
    await repeatedly(payment.sending, () => postPayment(context, event));
    if (payment.isContradicted) await postPayment(context, { ...event, amountMinor: event.amountMinor + 1 });
  };
  const due = order.life.payments.filter(isDue);
  if (order.life.sending.isHasty) await Promise.all(due.map(tell));
  else for (const payment of due) await tell(payment);
}

type PaymentEvent = Record<'eventId' | 'orderId' | 'type', string> & { amountMinor: number };

/** Tells of money as its provider does. */
export async function postPayment({ client, observed, now, engine }: RunContext, event: PaymentEvent): Promise<void> {
  const body = JSON.stringify(event);
  const secret = engine.credentials.webhookSecret;
  const answer = await callWithRetries(observed, () =>
    client('service').post(`/payments/webhooks/${provider}`, body, {
      'storeworks-signature': paymentSignature(body, secret, now()),
    }),
  );
  observed.payments.push({ ...event, status: answer?.status ?? 0, told: String(answer?.body.status ?? '') });
}

async function cancel(context: RunContext, order: PlannedOrder, meets: 'payment' | 'shipment'): Promise<void> {
  for (const planned of order.life.cancellations.filter((cancellation) => cancellation.meets === meets)) {
    const { requestId, what } = planned;
    const lines = what === 'whole' ? {} : { lines: [{ lineId: 'line-1', quantity: 1 }] };
    const content = { requestId, reason: 'simulated', ...lines };
    await repeatedly(planned, () => command(context, order, 'service-lead', 'cancellation', requestId, content));
  }
}

/** Each edit is made of the order as it is then. */
async function edit(context: RunContext, order: PlannedOrder): Promise<void> {
  for (const planned of order.edits) {
    const [line] = ((await current(context, order))?.lines ?? []) as Line[];
    if (!line) return;
    const { editId, what, sku } = planned;
    const resized = (by: number) => ({ lines: [{ lineId: line.lineId, quantity: Math.max(0, line.quantity + by) }] });
    const changes = {
      more: resized(1),
      fewer: resized(-1),
      'other-goods': { addLines: [{ sku, quantity: 2 }] },
      express: { shippingMethod: 'express' },
    };
    const content = { editId, reason: 'simulated', ...changes[what] };
    await repeatedly(planned, () => command(context, order, 'service-lead', 'edits', editId, content));
    if (planned.isContradicted) {
      await command(context, order, 'service-lead', 'edits', editId, { ...content, ...resized(2) });
    }
  }
}

async function review(context: RunContext, order: PlannedOrder): Promise<void> {
  if (!(await current(context, order))?.holdReasons) return;
  const { review: decision, sending } = order.life;
  const content = { decision, reason: 'simulated' };
  await repeatedly(sending, () => command(context, order, 'service-lead', 'review', decision, content));
}

const allocate = (context: RunContext, order: PlannedOrder) =>
  repeatedly(order.life.sending, () => command(context, order, 'warehouse', 'allocation', '', {}));

type Line = { lineId: string; quantity: number; cancelledQuantity?: number; shippedQuantity?: number };

/**
 * Part by part what is open then, the last part with all that is left; what was shipped arrives. Of two parts, the second
 * is sold out: it is cancelled.
 */
async function ship(context: RunContext, order: PlannedOrder): Promise<void> {
  const { shipments, isDelivered, sending } = order.life;
  for (let part = 1; part <= shipments; part += 1) {
    if (part > 1) await review(context, order);
    const lines: Line[] = (await current(context, order))?.lines ?? [];
    const open = lines.flatMap(({ lineId, quantity, cancelledQuantity = 0, shippedQuantity = 0 }) => {
      const units = quantity - cancelledQuantity - shippedQuantity;
      return units > 0 ? [{ lineId, quantity: part < shipments ? 1 : units }] : [];
    });
    const content = {
      shipmentId: `part-${part}`,
      lines: part < shipments ? open.slice(0, 1) : open,
      carrier: 'simulated',
    };
    if (content.lines.length === 0) return;
    if (part === 2 && shipments === 2) {
      const rest = { requestId: 'sold-out', reason: 'sold out', lines: open };
      await repeatedly(sending, () => command(context, order, 'service-lead', 'cancellation', rest.requestId, rest));
      return;
    }
    await repeatedly(sending, () => command(context, order, 'warehouse', 'shipments', content.shipmentId, content));
    if (isDelivered) await repeatedly(sending, () => arrive(context, order, content.shipmentId));
  }
}

const arrive = (context: RunContext, order: PlannedOrder, shipmentId: string) =>
  command(context, order, 'warehouse', `shipments/${shipmentId}/delivery`, shipmentId, {});

/** Asks for a change of an order and remembers what was told. `id` is the caller's, by which the change is known. */
async function command(
  { client, observed }: RunContext,
  order: PlannedOrder,
  caller: string,
  what: string,
  id: string,
  content: object,
): Promise<void> {
  const orderId = idOf(order);
  const answer = await callWithRetries(observed, () => client(caller).post(`/orders/${orderId}/${what}`, content));
  const { status = 0, body } = answer ?? {};
  observed.commands.push({ orderId, what, id, status, type: String(body?.type ?? '') });
}
