import { orderIdOf } from '../../../shared/ids.ts';
import { paymentSignature } from '../../support/payments/signature.ts';
import { paymentIdOf, type PlannedPayment } from '../workload/life-cycle-plan.ts';
import type { PlannedOrder } from '../workload/order-plan.ts';
import { refund } from './refund-life-cycle.ts';
import { callWithRetries, repeatedly, type RunContext } from './run-context.ts';

const provider = 'acme';
const idOf = ({ client, content }: PlannedOrder) => orderIdOf(client, content.externalOrderId);

/** Sends the payment events that arrive before their order. */
export const payEarly = (context: RunContext, order: PlannedOrder): Promise<void> =>
  pay(context, order, order.estimatedMinor, ({ isEarly }) => isEarly);

/** Pays, cancels, edits, reviews, ships, delivers and refunds a placed order, as planned. */
export async function completeOrder(context: RunContext, order: PlannedOrder): Promise<void> {
  const placed = await readOrder(context, order);
  if (!placed) return;
  await Promise.all([
    pay(context, order, placed.totalMinor, ({ isEarly }) => !isEarly),
    cancel(context, order, 'payment'),
    edit(context, order),
    // Too early for most orders that require payment.
    order.lifeCycle.isAllocated && order.lifeCycle.submission.isConcurrent ? allocate(context, order) : undefined,
  ]);
  await review(context, order);
  if (order.lifeCycle.isAllocated) await allocate(context, order);
  await Promise.all([ship(context, order), cancel(context, order, 'shipment'), refund(context, order, 'shipment')]);
}

/** Reads the order; undefined if it does not exist. */
async function readOrder({ client, observed }: RunContext, order: PlannedOrder) {
  const response = await callWithRetries(observed, () => client('admin').get(`/orders/${idOf(order)}`));
  return response?.status === 200 ? response.body : undefined;
}

async function pay(
  context: RunContext,
  order: PlannedOrder,
  totalMinor: number,
  isDue: (payment: PlannedPayment) => boolean,
): Promise<void> {
  const send = async (payment: PlannedPayment) => {
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
    await repeatedly(payment.submission, () => postPayment(context, event));
    if (payment.hasChangedRepeat) await postPayment(context, { ...event, amountMinor: event.amountMinor + 1 });
  };
  const due = order.lifeCycle.payments.filter(isDue);
  if (order.lifeCycle.submission.isConcurrent) await Promise.all(due.map(send));
  else for (const payment of due) await send(payment);
}

type PaymentEvent = Record<'eventId' | 'orderId' | 'type', string> & { amountMinor: number };

/** Posts a signed payment event, as a payment provider does. */
export async function postPayment({ client, observed, now, engine }: RunContext, event: PaymentEvent): Promise<void> {
  const body = JSON.stringify(event);
  const secret = engine.credentials.webhookSecret;
  const response = await callWithRetries(observed, () =>
    client('service').post(`/payments/webhooks/${provider}`, body, {
      'storeworks-signature': paymentSignature(body, secret, now()),
    }),
  );
  observed.payments.push({ ...event, status: response?.status ?? 0, result: String(response?.body.status ?? '') });
}

async function cancel(context: RunContext, order: PlannedOrder, phase: 'payment' | 'shipment'): Promise<void> {
  for (const planned of order.lifeCycle.cancellations.filter((cancellation) => cancellation.phase === phase)) {
    const { requestId, what } = planned;
    const lines = what === 'whole' ? {} : { lines: [{ lineId: 'line-1', quantity: 1 }] };
    const content = { requestId, reason: 'simulated', ...lines };
    await repeatedly(planned, () => command(context, order, 'service-lead', 'cancellation', requestId, content));
  }
}

/** Each edit is based on the order's current lines. */
async function edit(context: RunContext, order: PlannedOrder): Promise<void> {
  for (const planned of order.edits) {
    const [line] = ((await readOrder(context, order))?.lines ?? []) as Line[];
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
    if (planned.hasChangedRepeat) {
      await command(context, order, 'service-lead', 'edits', editId, { ...content, ...resized(2) });
    }
  }
}

async function review(context: RunContext, order: PlannedOrder): Promise<void> {
  if (!(await readOrder(context, order))?.holdReasons) return;
  const { review: decision, submission } = order.lifeCycle;
  const content = { decision, reason: 'simulated' };
  await repeatedly(submission, () => command(context, order, 'service-lead', 'review', decision, content));
}

const allocate = (context: RunContext, order: PlannedOrder) =>
  repeatedly(order.lifeCycle.submission, () => command(context, order, 'warehouse', 'allocation', '', {}));

type Line = { lineId: string; quantity: number; cancelledQuantity?: number; shippedQuantity?: number };

/**
 * Ships the order in parts, the last with all open units, and confirms their delivery. Of two parts, the second is
 * cancelled as sold out.
 */
async function ship(context: RunContext, order: PlannedOrder): Promise<void> {
  const { shipments, isDelivered, submission } = order.lifeCycle;
  for (let part = 1; part <= shipments; part += 1) {
    if (part > 1) await review(context, order);
    const lines: Line[] = (await readOrder(context, order))?.lines ?? [];
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
      await repeatedly(submission, () => command(context, order, 'service-lead', 'cancellation', rest.requestId, rest));
      return;
    }
    await repeatedly(submission, () => command(context, order, 'warehouse', 'shipments', content.shipmentId, content));
    if (isDelivered) await repeatedly(submission, () => confirmDelivery(context, order, content.shipmentId));
  }
}

const confirmDelivery = (context: RunContext, order: PlannedOrder, shipmentId: string) =>
  command(context, order, 'warehouse', `shipments/${shipmentId}/delivery`, shipmentId, {});

/** Sends a command for an order and records the response. `id` is the caller's idempotency key. */
async function command(
  { client, observed }: RunContext,
  order: PlannedOrder,
  caller: string,
  what: string,
  id: string,
  content: object,
): Promise<void> {
  const orderId = idOf(order);
  const response = await callWithRetries(observed, () => client(caller).post(`/orders/${orderId}/${what}`, content));
  const { status = 0, body } = response ?? {};
  observed.commands.push({ orderId, what, id, status, type: String(body?.type ?? '') });
}
