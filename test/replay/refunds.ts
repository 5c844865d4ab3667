import { inParallel } from '../../shared/in-parallel.ts';
import type { ApiResponse, ApiClient } from '../support/system/api-client.ts';
import { paymentSignature } from '../support/payments/signature.ts';
import type { PlannedRefund, TakenOrder } from './refund-plan.ts';
import { expectStatus, send } from './sending.ts';
import type { Progress } from './year.ts';

/** Who takes part: the departments by their clients, and the payment provider, which signs. */
export type People = {
  service: ApiClient;
  warehouse: ApiClient;
  /** In the order in which they are asked. */
  approvers: ApiClient[];
  provider: { apiUrl: string; webhookSecret: string };
};

export type Asked = {
  requested: number;
  replayed: number;
  /** Approved by the policy, and by people. */
  automatic: number;
  escalated: number;
  /** Not taken or not approved, by response or status. */
  refused: Map<string, number>;
  refundIds: string[];
  /** Round trips in ms of requests, which the policy judges, and of people's decisions. */
  latencies: { requests: number[]; decisions: number[] };
};

/** Requests at a time; few, as how long one takes is told. */
const clients = 4;
const provider = 'sample-bank';

/**
 * Has the orders paid whose money goes back, and of those whose goods come back all units shipped. Doing it again
 * changes nothing.
 */
export async function payAndShip(
  { warehouse, provider: bank }: People,
  orders: readonly TakenOrder[],
  refunds: readonly PlannedRefund[],
  progress: Progress,
): Promise<{ unitsShipped: number }> {
  const concerned = new Set(refunds.map(({ orderId }) => orderId));
  const returned = new Set(refunds.flatMap(({ orderId, lines }) => (lines.length > 0 ? orderId : [])));
  const toPay = orders.filter(({ orderId }) => concerned.has(orderId));
  let done = 0;
  const shipped = await inParallel(clients, toPay, async ({ orderId, placedAt, totalMinor, lines }) => {
    const eventId = `captured-${orderId}`;
    await tell(bank, { type: 'payment.captured', orderId, amountMinor: totalMinor, at: placedAt, eventId });
    progress((done += 1), toPay.length);
    if (!returned.has(orderId)) return 0;
    const units = lines.map(({ lineId, quantity }) => ({ lineId, quantity }));
    const content = { shipmentId: 'whole-order', lines: units };
    expectStatus(await send(() => warehouse.post(`/orders/${orderId}/shipments`, content)), 200, 201);
    return units.reduce((sum, { quantity }) => sum + quantity, 0);
  });
  return { unitsShipped: shipped.reduce((sum, units) => sum + units, 0) };
}

/** Asks for the refunds, a customer's one after another, has people decide where they must, and sends the goods back. */
export async function askForRefunds(
  people: People,
  refunds: readonly PlannedRefund[],
  progress: Progress,
): Promise<Asked> {
  const asked: Asked = {
    requested: 0,
    replayed: 0,
    automatic: 0,
    escalated: 0,
    refused: new Map(),
    refundIds: [],
    latencies: { requests: [], decisions: [] },
  };
  let done = 0;
  const ofCustomers = [...Map.groupBy(refunds, ({ customerId }) => customerId).values()];
  await inParallel(clients, ofCustomers, async (own) => {
    for (const planned of own) {
      await askForRefund(people, planned, asked);
      progress((done += 1), refunds.length);
    }
  });
  return asked;
}

async function askForRefund(people: People, planned: PlannedRefund, asked: Asked): Promise<void> {
  const { requestId, orderId, lines, goodwillMinor } = planned;
  const content = {
    requestId,
    orderId,
    reason: lines.length > 0 ? 'cancelled' : 'goodwill',
    ...(lines.length > 0 && { lines }),
    ...(goodwillMinor > 0 && { goodwillMinor }),
  };
  const response = await timed(asked.latencies.requests, () => people.service.post('/refunds', content));
  if (response.status !== 200 && response.status !== 201) {
    return count(asked.refused, `${response.status} ${response.body.type ?? ''}`.trim());
  }
  asked[response.status === 201 ? 'requested' : 'replayed'] += 1;
  asked.refundIds.push(response.body.refundId);
  const { status, policy } = await decide(people, response.body, asked);
  if (['pending-approval', 'rejected', 'withdrawn', 'expired'].includes(status)) return count(asked.refused, status);
  asked[policy.approvalsNeeded > 0 ? 'escalated' : 'automatic'] += 1;
  if (response.body.return) await sendBack(people, response.body.return.rmaId, `${requestId}-parcel`);
}

/** Asks one after another to approve until nobody else is needed; who may not, is passed over. */
async function decide({ approvers }: People, refund: ApiResponse['body'], { latencies }: Asked) {
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

/** All goods of a return come back as they left, in parcels of so many lines as one receipt may have. */
async function sendBack({ service, warehouse }: People, rmaId: string, parcel: string): Promise<void> {
  const expected = await send(() => service.get(`/returns/${rmaId}`));
  expectStatus(expected, 200);
  const units = expected.body.units.map(({ lineId, expected: quantity }: { lineId: string; expected: number }) => ({
    lineId,
    quantity,
    disposition: 'restock',
  }));
  for (let from = 0; from < units.length; from += 100) {
    const receipt = { receiptId: `${parcel}-${from}`, units: units.slice(from, from + 100) };
    expectStatus(await send(() => warehouse.post(`/returns/${rmaId}/receipts`, receipt)), 200, 201);
  }
}

/** Plays the provider: sends the money of every payout on its way, and says so. Returns how many it sent. */
export async function payRefunds(
  { service, provider: bank }: People,
  refundIds: readonly string[],
  progress: Progress,
): Promise<number> {
  let done = 0;
  const sent = await inParallel(clients, refundIds, async (refundId) => {
    const { body: refund } = await send(() => service.get(`/refunds/${refundId}`));
    progress((done += 1), refundIds.length);
    const legs = refund.payouts.filter(({ status }: { status: string }) => status === 'sent');
    for (const { amountMinor, reference } of legs) {
      const { orderId, requestedAt: at } = refund;
      const eventId = `paid-${reference}`;
      await tell(bank, { type: 'refund.succeeded', orderId, amountMinor, at, eventId, refundId: reference });
    }
    return legs.length;
  });
  return sent.reduce((sum, legs) => sum + legs, 0);
}

type Word = { type: string; orderId: string; amountMinor: number; at: string; eventId: string; refundId?: string };

/** Posts a signed webhook; the same again is the same. */
async function tell({ apiUrl, webhookSecret }: People['provider'], { at, ...word }: Word): Promise<void> {
  const occurredAt = new Date(at).toISOString();
  const body = JSON.stringify({ ...word, paymentId: `payment-${word.orderId}`, currency: 'GBP', occurredAt });
  const response = await send(async () => {
    const response = await fetch(`${apiUrl}/payments/webhooks/${provider}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'storeworks-signature': paymentSignature(body, webhookSecret) },
      body,
    });
    const text = await response.text();
    return { status: response.status, headers: Object.fromEntries(response.headers), text, body: JSON.parse(text) };
  });
  expectStatus(response, 200);
}

async function timed(latencies: number[], request: () => Promise<ApiResponse>): Promise<ApiResponse> {
  const started = performance.now();
  const response = await send(request);
  latencies.push(performance.now() - started);
  return response;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
