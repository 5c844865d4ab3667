import { inParallel } from '../../shared/in-parallel.ts';
import type { ApiResponse, ApiClient } from '../support/system/api-client.ts';
import { paymentSignature } from '../support/payments/signature.ts';
import type { PlannedRefund, PlacedOrder } from './refund-plan.ts';
import { expectStatus, sendWithRetries } from './send-with-retries.ts';
import type { Progress } from '../../infra/demo/progress.ts';

/** Clients of the departments, and the payment provider's webhook secret. */
export type Participants = {
  service: ApiClient;
  warehouse: ApiClient;
  /** In the sequence of their decisions. */
  approvers: ApiClient[];
  provider: { apiUrl: string; webhookSecret: string };
};

export type RefundResults = {
  requested: number;
  replayed: number;
  /** Approved by the policy. */
  automatic: number;
  /** Approved by approvers. */
  escalated: number;
  /** Refused requests by response, and refunds not approved by status. */
  refused: Map<string, number>;
  refundIds: string[];
  /** Latencies in ms of refund requests and of approvers' decisions. */
  latencies: { requests: number[]; decisions: number[] };
};

/** Concurrent requests; few, as their latency is measured. */
const clients = 4;
const provider = 'acme';

/** Pays the orders to be refunded, and ships all units of those with returned goods. Idempotent. */
export async function payAndShip(
  { warehouse, provider: bank }: Participants,
  orders: readonly PlacedOrder[],
  refunds: readonly PlannedRefund[],
  progress: Progress,
): Promise<{ unitsShipped: number }> {
  const refunded = new Set(refunds.map(({ orderId }) => orderId));
  const returned = new Set(refunds.flatMap(({ orderId, lines }) => (lines.length > 0 ? orderId : [])));
  const toPay = orders.filter(({ orderId }) => refunded.has(orderId));
  let done = 0;
  const shipped = await inParallel(clients, toPay, async ({ orderId, placedAt, totalMinor, lines }) => {
    const eventId = `captured-${orderId}`;
    await notify(bank, { type: 'payment.captured', orderId, amountMinor: totalMinor, at: placedAt, eventId });
    progress((done += 1), toPay.length);
    if (!returned.has(orderId)) return 0;
    const units = lines.map(({ lineId, quantity }) => ({ lineId, quantity }));
    const content = { shipmentId: 'whole-order', lines: units };
    expectStatus(await sendWithRetries(() => warehouse.post(`/orders/${orderId}/shipments`, content)), 200, 201);
    return units.reduce((sum, { quantity }) => sum + quantity, 0);
  });
  return { unitsShipped: shipped.reduce((sum, units) => sum + units, 0) };
}

/** Requests the refunds, sequentially for each customer, decides those that need approval, and returns the goods. */
export async function requestRefunds(
  participants: Participants,
  refunds: readonly PlannedRefund[],
  progress: Progress,
): Promise<RefundResults> {
  const results: RefundResults = {
    requested: 0,
    replayed: 0,
    automatic: 0,
    escalated: 0,
    refused: new Map(),
    refundIds: [],
    latencies: { requests: [], decisions: [] },
  };
  let done = 0;
  const byCustomer = [...Map.groupBy(refunds, ({ customerId }) => customerId).values()];
  await inParallel(clients, byCustomer, async (own) => {
    for (const planned of own) {
      await requestRefund(participants, planned, results);
      progress((done += 1), refunds.length);
    }
  });
  return results;
}

async function requestRefund(
  participants: Participants,
  planned: PlannedRefund,
  results: RefundResults,
): Promise<void> {
  const { requestId, orderId, lines, goodwillMinor } = planned;
  const content = {
    requestId,
    orderId,
    reason: lines.length > 0 ? 'cancelled' : 'goodwill',
    ...(lines.length > 0 && { lines }),
    ...(goodwillMinor > 0 && { goodwillMinor }),
  };
  const response = await timed(results.latencies.requests, () => participants.service.post('/refunds', content));
  if (response.status !== 200 && response.status !== 201) {
    return count(results.refused, `${response.status} ${response.body.type ?? ''}`.trim());
  }
  results[response.status === 201 ? 'requested' : 'replayed'] += 1;
  results.refundIds.push(response.body.refundId);
  const { status, policy } = await decide(participants, response.body, results);
  if (['pending-approval', 'rejected', 'withdrawn', 'expired'].includes(status)) return count(results.refused, status);
  results[policy.approvalsNeeded > 0 ? 'escalated' : 'automatic'] += 1;
  if (response.body.return) await returnGoods(participants, response.body.return.rmaId, `${requestId}-parcel`);
}

/** The approvers decide one after another until the refund is approved. An approver without permission is skipped. */
async function decide({ approvers }: Participants, refund: ApiResponse['body'], { latencies }: RefundResults) {
  let current = refund;
  for (const approver of approvers) {
    if (current.status !== 'pending-approval') break;
    const path = `/refunds/${current.refundId}/decisions`;
    const response = await timed(latencies.decisions, () => approver.post(path, { decision: 'approve' }));
    expectStatus(response, 200, 403);
    if (response.status === 200) current = response.body;
  }
  return current;
}

/** Records the receipt of all units of a return, undamaged, with at most 100 lines each. */
async function returnGoods({ service, warehouse }: Participants, rmaId: string, receiptPrefix: string): Promise<void> {
  const expected = await sendWithRetries(() => service.get(`/returns/${rmaId}`));
  expectStatus(expected, 200);
  const units = expected.body.units.map(({ lineId, expected: quantity }: { lineId: string; expected: number }) => ({
    lineId,
    quantity,
    disposition: 'restock',
  }));
  for (let from = 0; from < units.length; from += 100) {
    const receipt = { receiptId: `${receiptPrefix}-${from}`, units: units.slice(from, from + 100) };
    expectStatus(await sendWithRetries(() => warehouse.post(`/returns/${rmaId}/receipts`, receipt)), 200, 201);
  }
}

/** Notifies every sent payout as succeeded, as the payment provider does. Returns the number of payouts. */
export async function payRefunds(
  { service, provider: bank }: Participants,
  refundIds: readonly string[],
  progress: Progress,
): Promise<number> {
  let done = 0;
  const sent = await inParallel(clients, refundIds, async (refundId) => {
    const { body: refund } = await sendWithRetries(() => service.get(`/refunds/${refundId}`));
    progress((done += 1), refundIds.length);
    const payouts = refund.payouts.filter(({ status }: { status: string }) => status === 'sent');
    for (const { amountMinor, reference } of payouts) {
      const { orderId, requestedAt: at } = refund;
      const eventId = `paid-${reference}`;
      await notify(bank, { type: 'refund.succeeded', orderId, amountMinor, at, eventId, refundId: reference });
    }
    return payouts.length;
  });
  return sent.reduce((sum, payouts) => sum + payouts, 0);
}

type Notification = {
  type: string;
  orderId: string;
  amountMinor: number;
  at: string;
  eventId: string;
  refundId?: string;
};

/** Posts a signed payment notification. Idempotent by `eventId`. */
async function notify(
  { apiUrl, webhookSecret }: Participants['provider'],
  { at, ...notification }: Notification,
): Promise<void> {
  const occurredAt = new Date(at).toISOString();
  const body = JSON.stringify({
    ...notification,
    paymentId: `payment-${notification.orderId}`,
    currency: 'GBP',
    occurredAt,
  });
  const response = await sendWithRetries(async () => {
    const fetched = await fetch(`${apiUrl}/payments/webhooks/${provider}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'storeworks-signature': paymentSignature(body, webhookSecret) },
      body,
    });
    const text = await fetched.text();
    return { status: fetched.status, headers: Object.fromEntries(fetched.headers), text, body: JSON.parse(text) };
  });
  expectStatus(response, 200);
}

async function timed(latencies: number[], request: () => Promise<ApiResponse>): Promise<ApiResponse> {
  const started = performance.now();
  const response = await sendWithRetries(request);
  latencies.push(performance.now() - started);
  return response;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
