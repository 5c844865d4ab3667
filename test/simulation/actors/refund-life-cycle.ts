import { setTimeout as sleep } from 'node:timers/promises';
import { RefundResponse } from '../../../shared/contracts/refunds/refund-content.ts';
import { orderIdOf, refundIdOf } from '../../../shared/ids.ts';
import type { ApiResponse } from '../../support/system/api-client.ts';
import type { PlannedOrder } from '../workload/order-plan.ts';
import type { PlannedRefund } from '../workload/refund-plan.ts';
import { callWithRetries, repeatedly, type RunContext } from './run-context.ts';

/** How often somebody looks how far a refund is before they leave it alone. */
const looks = 12;
const lookEveryMs = 250;

/** Everybody who has to do with the refunds of an order: who asks, decides, sends back, pays again and rates. */
export async function refund(context: RunContext, order: PlannedOrder, meets: PlannedRefund['meets']): Promise<void> {
  const planned = order.refunds.filter((one) => one.meets === meets);
  const stories = planned.map((one) => storyOf(context, order, one));
  if (planned[0]?.sending.isHasty) await Promise.all(stories.map((tell) => tell()));
  else for (const tell of stories) await tell();
}

const storyOf = (context: RunContext, order: PlannedOrder, planned: PlannedRefund) => async () => {
  const orderId = orderIdOf(order.client, order.content.externalOrderId);
  const { requestId } = planned;
  const about = { context, planned, orderId, requestId, refundId: refundIdOf(orderId, requestId) };
  if (!(await ask(about))) return;
  if (planned.isAmended) await amend(about);
  await Promise.all([decide(about), planned.isWithdrawn && planned.sending.isHasty ? withdraw(about) : undefined]);
  if (planned.isWithdrawn) await withdraw(about);
  await sendBack(about);
  await payAgain(about);
  await rate(about, order.client);
};

type Ids = { orderId: string; requestId: string; refundId: string };
type About = Ids & { context: RunContext; planned: PlannedRefund };
type Line = { lineId: string; refundable: { minor: number; quantity: number } };

/** False if there is no refund now. */
async function ask(about: About): Promise<boolean> {
  const { context, planned, orderId } = about;
  const wanted = await wantedOf(about, planned.wants);
  if (!wanted) return false;
  const content = { requestId: planned.requestId, orderId, reason: planned.reason, ...wanted };
  const send = (body: object) =>
    command(about, { what: 'request', by: planned.by, content: body }, (client) => client.post('/refunds', body));
  const answer = await repeatedly(planned.sending, () => send(content));
  if (planned.isContradicted) await send({ ...content, note: 'Something else.' });
  // Of several at the same time the first may have been lost, and not the others.
  return answer?.status === 201 || answer?.status === 200 || (await current(context, about.refundId)) !== undefined;
}

/** What is asked for, of what is there at the moment; undefined where that is nothing. */
async function wantedOf({ context, planned, orderId }: About, wants: PlannedRefund['wants']) {
  const answer = await callWithRetries(context.observed, () => context.client('admin').get(`/orders/${orderId}/refundable`));
  if (answer?.status !== 200) return undefined;
  const open = (answer.body.lines as Line[]).filter(({ refundable }) => refundable.quantity > 0);
  const [first] = open;
  const { restock } = planned;
  if (wants === 'shipping') return { shippingMinor: Number(answer.body.shipping.refundable.minor) };
  if (wants === 'goodwill') return { goodwillMinor: 100 };
  if (!first) return undefined;
  const { lineId, refundable } = first;
  const lines: Record<typeof wants, { lineId: string; quantity: number; amountMinor?: number }[]> = {
    'a-unit': [{ lineId, quantity: 1 }],
    'a-line': [{ lineId, quantity: refundable.quantity }],
    all: open.map((line) => ({ lineId: line.lineId, quantity: line.refundable.quantity })),
    'a-part': [{ lineId, quantity: 0, amountMinor: Math.max(1, Math.floor(refundable.minor / 3)) }],
    'too-much': [{ lineId, quantity: refundable.quantity + 1 }],
  };
  return { lines: lines[wants], restock };
}

async function amend(about: About): Promise<void> {
  const { planned, refundId } = about;
  const wanted = await wantedOf(about, 'a-part');
  if (!wanted) return;
  const content = { reason: planned.reason, ...wanted };
  await repeatedly(planned.sending, () =>
    command(about, { what: 'amend', by: planned.by, content }, (client) => client.put(`/refunds/${refundId}`, content)),
  );
}

async function decide(about: About): Promise<void> {
  const { planned, refundId } = about;
  const decisions = planned.decisions.map(({ by, decision }) => () => {
    const content = { decision, comment: `decided by ${by}` };
    return repeatedly(planned.sending, () =>
      command(about, { what: decision, by, content }, (client) =>
        client.post(`/refunds/${refundId}/decisions`, content),
      ),
    );
  });
  if (planned.sending.isHasty) await Promise.all(decisions.map((make) => make()));
  else for (const make of decisions) await make();
}

async function withdraw(about: About): Promise<void> {
  const { planned, refundId } = about;
  const content = { reason: 'simulated' };
  await repeatedly(planned.sending, () =>
    command(about, { what: 'withdraw', by: planned.by, content }, (client) =>
      client.post(`/refunds/${refundId}/withdrawal`, content),
    ),
  );
}

type Expected = { lineId: string; expected: number; restock: number; damaged: number; missing: number };

/** The customer's parcels arrive, each is taken down once or more often, and sometimes with something else under its id. */
async function sendBack(about: About): Promise<void> {
  const { context, planned, refundId } = about;
  const rmaId = refundId.replace('ref_', 'rma_');
  for (const [index, disposition] of planned.parcels.entries()) {
    const answer = await callWithRetries(context.observed, () => context.client('warehouse').get(`/returns/${rmaId}`));
    if (answer?.status !== 200 || answer.body.status !== 'expected') return;
    const open = (answer.body.units as Expected[])
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
      command(about, { what: 'receive', by: 'warehouse', content: body }, (client) =>
        client.post(`/returns/${rmaId}/receipts`, body),
      );
    await repeatedly(planned.sending, () => receive(content));
    if (!planned.isContradicted) continue;
    const more = units.map(({ lineId, left }) => ({ lineId, quantity: left + 1, disposition }));
    await receive({ ...content, units: more });
  }
}

/** Looks for a while whether the money arrived; where it did not, pays it again or gives credit. */
async function payAgain(about: About): Promise<void> {
  const { context, planned, refundId } = about;
  for (let look = 0; look < looks; look += 1) {
    const status = (await current(context, refundId))?.status;
    if (status === 'payout-failed') await repeatedly(planned.sending, () => settle(context, about, planned.remedy));
    else if (status !== 'approved' && status !== 'paying') return;
    await sleep(lookEveryMs);
  }
}

/** Finance pays a failed payout again, or gives credit. */
const settle = (context: RunContext, about: Ids, what: PlannedRefund['remedy']) =>
  command({ ...about, context }, { what, by: 'finance', content: { action: what } }, (client) =>
    client.post(`/refunds/${about.refundId}/payout`, { action: what }),
  );

/** Finance goes through all payouts that failed, whoever's they are; two people at once. */
export async function settleFailed(context: RunContext): Promise<void> {
  let cursor = '';
  do {
    const path = `/refunds?status=payout-failed&limit=100${cursor && `&cursor=${cursor}`}`;
    const page = await callWithRetries(context.observed, () => context.client('finance').get(path));
    const failed: Ids[] = page?.body.refunds ?? [];
    for (const about of failed) {
      await repeatedly({ repeats: 1, isHasty: true }, () => settle(context, about, 'retry'));
    }
    cursor = encodeURIComponent(page?.body.cursor ?? '');
  } while (cursor);
}

/** The customer answers, once more, and then thinks otherwise. */
async function rate(about: About, client: string): Promise<void> {
  const { planned, refundId } = about;
  const say = (score: number) =>
    command(about, { what: 'rate', by: client, content: { score } }, (caller) =>
      caller.post(`/refunds/${refundId}/satisfaction`, { score }),
    );
  await repeatedly(planned.sending, () => say(planned.score));
  if (planned.isContradicted) await say((planned.score % 5) + 1);
}

/** The refund as everybody may see it; undefined if there is none. */
async function current({ client, observed }: RunContext, refundId: string) {
  const answer = await callWithRetries(observed, () => client('admin').get(`/refunds/${refundId}`));
  return answer?.status === 200 ? answer.body : undefined;
}

const Told = RefundResponse.pick({ refundId: true, amountMinor: true }).partial();

/** Asks for something about a refund and remembers what was told. */
async function command(
  { context, orderId, requestId, refundId }: Ids & { context: RunContext },
  sent: { what: string; by: string; content: object },
  send: (client: ReturnType<RunContext['client']>) => Promise<ApiResponse>,
): Promise<ApiResponse | undefined> {
  const answer = await callWithRetries(context.observed, () => send(context.client(sent.by)));
  const { status = 0, body } = answer ?? {};
  const type = String(body?.type ?? '');
  const told = Told.safeParse(body).data ?? {};
  context.observed.refunds.push({ ...sent, orderId, refundId, requestId, status, type, told });
  return answer;
}
