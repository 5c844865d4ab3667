import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { inParallel } from '../../shared/in-parallel.ts';
import type { ApiResponse } from '../support/system/api-client.ts';
import type { CaseOrders } from './case-orders.ts';
import { contentOf } from './case-quote.ts';
import { CaseError, type CaseStore, done } from './case-store.ts';
import { type CasesOffice, paymentWindowMinutes } from './cases-office.ts';
import { differences } from './differences.ts';

const minuteMs = 60_000;
/** Longer than a sweep of expired orders takes. */
const sweepMs = 90_000;
const requestsAtOnce = 128;

const Line = z.object({ lineId: z.string(), sku: z.string(), quantity: z.number() });
const Basket = {
  by: z.string().optional(),
  customer: z.object({ id: z.string().optional(), email: z.string().optional() }).optional(),
  codes: z.array(z.string()).optional(),
  lines: z.array(Line),
  codePolicy: z.enum(['lenient', 'strict']).optional(),
  given: z
    .object({ units: z.number().optional(), spent: z.number().optional(), uses: z.number().optional() })
    .optional(),
};
const expect = z.looseObject({ note: z.string().optional() });
const Step = z.discriminatedUnion('do', [
  z.object({ do: z.literal('order'), ...Basket, as: z.string().optional(), unpaidFor: z.string().optional(), expect }),
  z.object({ do: z.literal('quote'), ...Basket, expect }),
  z.object({ do: z.literal('race'), ...Basket, orders: z.int().positive(), expect }),
  z.object({
    do: z.literal('cancel'),
    order: z.string(),
    requestId: z.string().optional(),
    units: z.union([z.literal('rest'), z.array(z.object({ lineId: z.string(), quantity: z.number() }))]),
    expect,
  }),
  z.object({ do: z.literal('expire'), order: z.string(), expect }),
]);
type Step = z.infer<typeof Step>;
type BasketStep = Extract<Step, { do: 'order' | 'quote' | 'race' }>;

/** Runs a step of a case; returns the differences from what is expected. */
export async function runStep(
  office: CasesOffice,
  store: CaseStore,
  orders: CaseOrders,
  step: object,
): Promise<string[]> {
  const parsed = Step.safeParse(step);
  if (!parsed.success) return [`the step has an unknown form: ${z.prettifyError(parsed.error)}`];
  const { note: _note, ...expected } = parsed.data.expect;
  const usesBefore = 'usesGivenBack' in expected ? await orders.left('total') : undefined;
  const actual = await resultOf(office, store, orders, parsed.data, expected);
  const usesLeft = 'usesLeft' in expected || usesBefore !== undefined ? await orders.left('total') : undefined;
  const left = {
    usesLeft,
    unitsLeft: 'unitsLeft' in expected ? await orders.left('units') : undefined,
    usesGivenBack: usesBefore === undefined || usesLeft === undefined ? undefined : usesLeft - usesBefore,
  };
  return differences(expected, { ...left, ...actual });
}

async function resultOf(
  office: CasesOffice,
  store: CaseStore,
  orders: CaseOrders,
  step: Step,
  expected: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  switch (step.do) {
    case 'order':
    case 'quote':
    case 'race':
      return withPolicy(store, step, () => withBasket(office, store, orders, step));
    case 'cancel':
      return cancel(office, orders, step);
    default:
      return expire(office, orders, step, expected);
  }
}

async function withPolicy<T>(store: CaseStore, { codePolicy }: BasketStep, run: () => Promise<T>): Promise<T> {
  if (codePolicy) await store.setPolicy({ codePolicy });
  try {
    return await run();
  } finally {
    if (codePolicy) await store.setPolicy();
  }
}

async function withBasket(office: CasesOffice, store: CaseStore, orders: CaseOrders, step: BasketStep) {
  const { given, by, customer = by === undefined ? undefined : { id: by }, codes, lines } = step;
  if (given) {
    await orders.cancelAll();
    await orders.useBefore(given, undefined);
  }
  const cart = { lines, ...(codes && { couponCodes: codes }), ...(customer && { customer }) };
  if (step.do === 'race') return race(orders, cart, step.orders);
  if (step.do === 'quote') {
    const { status, body } = await office.client('storefront').post('/quotes', contentOf(store, cart));
    return { ...body, status, codes: codesOf(body.promotions?.codes, store), ...refusalOf(body) };
  }
  const { response, order } = await orders.send(cart);
  if (order && step.as !== undefined) orders.named.set(step.as, order);
  return { ...response.body, status: response.status, ...refusalOf(response.body) };
}

const codesOf = (codes: { code: string; outcome: string }[] | undefined, { names }: CaseStore) =>
  codes?.map(({ code, outcome }) => ({ code: names.givenCode(code), outcome }));

/** The first field that a refusal names, and why. */
const refusalOf = ({ errors }: ApiResponse['body']) => ({
  pointer: errors?.[0]?.pointer,
  reason: errors?.[0]?.reason,
});

async function race(orders: CaseOrders, cart: Parameters<CaseOrders['send']>[0], count: number) {
  const discounted: boolean[] = [];
  await inParallel(requestsAtOnce, Array.from({ length: count }), async () => {
    const { response, order } = await orders.send(cart);
    if (!order) throw new CaseError(`An order of the race: ${response.status} ${response.text}`);
    discounted.push(response.body.discountMinor > 0);
  });
  const withDiscount = discounted.filter(Boolean).length;
  const withoutDiscount = count - withDiscount;
  return { withDiscount, withoutDiscount, atFlashPrice: withDiscount, atListPrice: withoutDiscount };
}

async function cancel(
  office: CasesOffice,
  orders: CaseOrders,
  { order, requestId = crypto.randomUUID(), units }: Extract<Step, { do: 'cancel' }>,
) {
  const named = orders.named.get(order) ?? raise(`There is no order ${order}`);
  const lines =
    units === 'rest'
      ? undefined
      : units.map(({ lineId, quantity }) => ({ lineId: named.lineIds.get(lineId), quantity }));
  await done(orders.cancel(named.orderId, { requestId, ...(lines && { lines }) }), `The cancellation of ${order}`);
  const { body } = await done(office.client('admin').get(`/orders/${named.orderId}`), `GET the order ${order}`);
  const { cancelledMinor = 0 } = body;
  const before = named.cancelledMinor;
  named.cancelledMinor = cancelledMinor;
  const ofLine = new Map<string, object>(body.lines.map((line: { lineId: string }) => [line.lineId, line]));
  return {
    cancelledMinor: cancelledMinor - before,
    dueMinor: body.payment?.dueMinor,
    lines: Object.fromEntries([...named.lineIds].map(([lineId, own]) => [lineId, ofLine.get(own)])),
  };
}

/** Lets the payment window of an order pass, and waits until its claims are released. */
async function expire(
  office: CasesOffice,
  orders: CaseOrders,
  { order }: Extract<Step, { do: 'expire' }>,
  { usesLeft }: Record<string, unknown>,
) {
  const named = orders.named.get(order) ?? raise(`There is no order ${order}`);
  await office.pass((paymentWindowMinutes + 1) * minuteMs);
  const deadline = performance.now() + sweepMs;
  const isReleased = async () => usesLeft === undefined || (await orders.left('total')) === usesLeft;
  while (!(await isReleased()) && performance.now() < deadline) await sleep(200);
  const { body } = await done(office.client('admin').get(`/orders/${named.orderId}`), `GET the order ${order}`);
  return { status: body.status };
}

const raise = (message: string): never => {
  throw new CaseError(message);
};
