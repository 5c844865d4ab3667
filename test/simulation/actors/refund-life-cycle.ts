import { setTimeout as sleep } from 'node:timers/promises';
import { RefundResponse } from '../../../shared/contracts/refunds/refund-response.ts';
import { orderIdOf, refundIdOf } from '../../../shared/ids.ts';
import type { ApiResponse } from '../../support/system/api-client.ts';
import type { PlannedOrder } from '../workload/order-plan.ts';
import type { PlannedRefund } from '../workload/refund-plan.ts';
import { callWithRetries, repeatedly, type RunContext } from './run-context.ts';

/** Polls of a refund's status before the actor stops. */
const maxPolls = 12;
const pollIntervalMs = 250;

/** Requests, decides, returns, pays and rates the planned refunds of an order. */
export async function refund(context: RunContext, order: PlannedOrder, phase: PlannedRefund['phase']): Promise<void> {
  const planned = order.refunds.filter((one) => one.phase === phase);
  const runs = planned.map((one) => runRefund(context, order, one));
  if (planned[0]?.submission.isConcurrent) await Promise.all(runs.map((run) => run()));
  else for (const run of runs) await run();
}

const runRefund = (context: RunContext, order: PlannedOrder, planned: PlannedRefund) => async () => {
  const orderId = orderIdOf(order.client, order.content.externalOrderId);
  const { requestId } = planned;
  const task = { context, planned, orderId, requestId, refundId: refundIdOf(orderId, requestId) };
  if (!(await requestRefund(task))) return;
  if (planned.isAmended) await amend(task);
  await Promise.all([
    decide(task),
    planned.isWithdrawn && planned.submission.isConcurrent ? withdraw(task) : undefined,
  ]);
  if (planned.isWithdrawn) await withdraw(task);
  await returnGoods(task);
  await handleFailedPayout(task);
  await rate(task, order.client);
};

type RefundIds = { orderId: string; requestId: string; refundId: string };
type RefundTask = RefundIds & { context: RunContext; planned: PlannedRefund };
type Line = { lineId: string; refundable: { minor: number; quantity: number } };

/** Returns whether the refund exists. */
async function requestRefund(task: RefundTask): Promise<boolean> {
  const { context, planned, orderId } = task;
  const amounts = await contentOf(task, planned.scope);
  if (!amounts) return false;
  const content = { requestId: planned.requestId, orderId, reason: planned.reason, ...amounts };
  const send = (body: object) =>
    command(task, { what: 'request', by: planned.by, content: body }, (client) => client.post('/refunds', body));
  const response = await repeatedly(planned.submission, () => send(content));
  if (planned.hasChangedRepeat) await send({ ...content, note: 'Something else.' });
  // Of concurrent requests, the first may fail although another one succeeds.
  return (
    response?.status === 201 || response?.status === 200 || (await readRefund(context, task.refundId)) !== undefined
  );
}

/** Request content from what is refundable now; undefined if nothing is. */
async function contentOf({ context, planned, orderId }: RefundTask, scope: PlannedRefund['scope']) {
  const response = await callWithRetries(context.observed, () =>
    context.client('admin').get(`/orders/${orderId}/refundable`),
  );
  if (response?.status !== 200) return undefined;
  const open = (response.body.lines as Line[]).filter(({ refundable }) => refundable.quantity > 0);
  const [first] = open;
  const { restock } = planned;
  if (scope === 'shipping') return { shippingMinor: Number(response.body.shipping.refundable.minor) };
  if (scope === 'goodwill') return { goodwillMinor: 100 };
  if (!first) return undefined;
  const { lineId, refundable } = first;
  const lines: Record<typeof scope, { lineId: string; quantity: number; amountMinor?: number }[]> = {
    'a-unit': [{ lineId, quantity: 1 }],
    'a-line': [{ lineId, quantity: refundable.quantity }],
    all: open.map((line) => ({ lineId: line.lineId, quantity: line.refundable.quantity })),
    'a-part': [{ lineId, quantity: 0, amountMinor: Math.max(1, Math.floor(refundable.minor / 3)) }],
    'too-much': [{ lineId, quantity: refundable.quantity + 1 }],
  };
  return { lines: lines[scope], restock };
}

async function amend(task: RefundTask): Promise<void> {
  const { planned, refundId } = task;
  const amounts = await contentOf(task, 'a-part');
  if (!amounts) return;
  const content = { reason: planned.reason, ...amounts };
  await repeatedly(planned.submission, () =>
    command(task, { what: 'amend', by: planned.by, content }, (client) => client.put(`/refunds/${refundId}`, content)),
  );
}

async function decide(task: RefundTask): Promise<void> {
  const { planned, refundId } = task;
  const decisions = planned.decisions.map(({ by, decision }) => () => {
    const content = { decision, comment: `decided by ${by}` };
    return repeatedly(planned.submission, () =>
      command(task, { what: decision, by, content }, (client) =>
        client.post(`/refunds/${refundId}/decisions`, content),
      ),
    );
  });
  if (planned.submission.isConcurrent) await Promise.all(decisions.map((make) => make()));
  else for (const make of decisions) await make();
}

async function withdraw(task: RefundTask): Promise<void> {
  const { planned, refundId } = task;
  const content = { reason: 'simulated' };
  await repeatedly(planned.submission, () =>
    command(task, { what: 'withdraw', by: planned.by, content }, (client) =>
      client.post(`/refunds/${refundId}/withdrawal`, content),
    ),
  );
}

type Expected = { lineId: string; expected: number; restock: number; damaged: number; missing: number };

/** Records the receipt of each parcel, some repeatedly, and some again with the same id and other units. */
async function returnGoods(task: RefundTask): Promise<void> {
  const { context, planned, refundId } = task;
  const rmaId = refundId.replace('ref_', 'rma_');
  for (const [index, disposition] of planned.parcels.entries()) {
    const response = await callWithRetries(context.observed, () =>
      context.client('warehouse').get(`/returns/${rmaId}`),
    );
    if (response?.status !== 200 || response.body.status !== 'expected') return;
    const open = (response.body.units as Expected[])
      .map(({ lineId, expected, restock, damaged, missing }) => ({
        lineId,
        left: expected - restock - damaged - missing,
      }))
      .filter(({ left }) => left > 0);
    const isLast = index === planned.parcels.length - 1;
    const units =
      isLast && planned.isReturnedWhole ? open : open.slice(0, 1).map(({ lineId }) => ({ lineId, left: 1 }));
    const content = {
      receiptId: `${planned.requestId}-parcel-${index}`,
      units: units.map(({ lineId, left }) => ({ lineId, quantity: left, disposition })),
    };
    const receive = (body: typeof content) =>
      command(task, { what: 'receive', by: 'warehouse', content: body }, (client) =>
        client.post(`/returns/${rmaId}/receipts`, body),
      );
    await repeatedly(planned.submission, () => receive(content));
    if (!planned.hasChangedRepeat) continue;
    const more = units.map(({ lineId, left }) => ({ lineId, quantity: left + 1, disposition }));
    await receive({ ...content, units: more });
  }
}

/** Polls until the payout succeeds. Retries a failed payout or grants store credit. */
async function handleFailedPayout(task: RefundTask): Promise<void> {
  const { context, planned, refundId } = task;
  for (let poll = 0; poll < maxPolls; poll += 1) {
    const status = (await readRefund(context, refundId))?.status;
    if (status === 'payout-failed')
      await repeatedly(planned.submission, () => remedyPayout(context, task, planned.remedy));
    else if (status !== 'approved' && status !== 'paying') return;
    await sleep(pollIntervalMs);
  }
}

/** Finance retries a failed payout or grants store credit. */
const remedyPayout = (context: RunContext, task: RefundIds, what: PlannedRefund['remedy']) =>
  command({ ...task, context }, { what, by: 'finance', content: { action: what } }, (client) =>
    client.post(`/refunds/${task.refundId}/payout`, { action: what }),
  );

/** Finance retries every failed payout, in two concurrent requests each. */
export async function retryFailedPayouts(context: RunContext): Promise<void> {
  let cursor = '';
  do {
    const path = `/refunds?status=payout-failed&limit=100${cursor && `&cursor=${cursor}`}`;
    const page = await callWithRetries(context.observed, () => context.client('finance').get(path));
    const failed: RefundIds[] = page?.body.refunds ?? [];
    for (const task of failed) {
      await repeatedly({ repeats: 1, isConcurrent: true }, () => remedyPayout(context, task, 'retry'));
    }
    cursor = encodeURIComponent(page?.body.cursor ?? '');
  } while (cursor);
}

/** The customer rates the refund, repeats the rating, and sometimes changes it. */
async function rate(task: RefundTask, client: string): Promise<void> {
  const { planned, refundId } = task;
  const sendRating = (score: number) =>
    command(task, { what: 'rate', by: client, content: { score } }, (caller) =>
      caller.post(`/refunds/${refundId}/satisfaction`, { score }),
    );
  await repeatedly(planned.submission, () => sendRating(planned.score));
  if (planned.hasChangedRepeat) await sendRating((planned.score % 5) + 1);
}

/** Reads the refund; undefined if it does not exist. */
async function readRefund({ client, observed }: RunContext, refundId: string) {
  const response = await callWithRetries(observed, () => client('admin').get(`/refunds/${refundId}`));
  return response?.status === 200 ? response.body : undefined;
}

const ConfirmedRefund = RefundResponse.pick({ refundId: true, amountMinor: true }).partial();

/** Sends a command for a refund and records the response. */
async function command(
  { context, orderId, requestId, refundId }: RefundIds & { context: RunContext },
  sent: { what: string; by: string; content: object },
  send: (client: ReturnType<RunContext['client']>) => Promise<ApiResponse>,
): Promise<ApiResponse | undefined> {
  const response = await callWithRetries(context.observed, () => send(context.client(sent.by)));
  const { status = 0, body } = response ?? {};
  const type = String(body?.type ?? '');
  const confirmed = ConfirmedRefund.safeParse(body).data ?? {};
  context.observed.refunds.push({ ...sent, orderId, refundId, requestId, status, type, confirmed });
  return response;
}
