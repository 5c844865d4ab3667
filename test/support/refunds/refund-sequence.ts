import * as fc from 'fast-check';
import * as z from 'zod';
import { cancel } from '../../../functions/order-intake/cancellation/cancel.ts';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import type { Change, Outcome } from '../../../functions/refund-approval/refund/change.ts';
import { approve, expire, reject, withdraw } from '../../../functions/refund-approval/approvals/decide.ts';
import {
  amend,
  type RequestSnapshot,
  request,
  type RefundRequest,
} from '../../../functions/refund-approval/requests/decide.ts';
import { defaultPolicy } from '../../../functions/refund-approval/refund/default-policy.ts';
import { OrderSnapshot } from '../../../functions/refund-approval/refund/order-snapshot.ts';
import { dropExchange, settleExchange, startExchange } from '../../../functions/refund-approval/exchanges/exchange.ts';
import {
  blockPayout,
  hear,
  retry,
  startPayout,
  toStoreCredit,
} from '../../../functions/refund-approval/payouts/paying.ts';
import type { RefundPolicy } from '../../../functions/refund-approval/requests/judge.ts';
import { type RefundLedger, emptyLedger } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import { refundableComponents } from '../../../functions/refund-approval/refund/refundable-components.ts';
import type { RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { RefundPayoutFailed } from '../../../shared/contracts/refunds/events.ts';
import { aCapture, aCause, noon } from '../builders.ts';
import { aDuty, aPlacedOrder } from '../orders/placed-order.ts';
import { aRefundRequest } from './refund-builders.ts';

/** All four decisions come up among small amounts. */
const policy: RefundPolicy = {
  ...defaultPolicy,
  rules: [
    { rule: 'refused', when: { amountAtLeastMinor: 4000 }, decision: 'refuse' },
    { rule: 'two', when: { amountAtLeastMinor: 1200 }, decision: 'two-approvers' },
    { rule: 'one', when: { amountAtLeastMinor: 400 }, decision: 'one-approver' },
    { rule: 'at-once', when: {}, decision: 'approve' },
  ],
};

const shares = fc.integer({ min: 0, max: 100 });
const aLine = fc.record({
  quantity: fc.integer({ min: 1, max: 7 }),
  netMinor: fc.oneof(
    fc.integer({ min: 0, max: 20 }),
    fc.integer({ min: 0, max: 1500 }),
    fc.integer({ min: 500, max: 3000 }),
  ),
  discount: shares,
  taxBasisPoints: fc.constantFrom(0, 500, 2000),
});
const aPayment = fc.record({
  share: shares,
  paymentId: fc.constantFrom('a', 'b', 'c'),
  at: fc.integer({ min: 0, max: 3 }),
});

/** Orders with discounts, taxes in or on top, shipping, duties, and captures of less, all or more of it by several payments. */
export const orders = fc
  .record({
    lines: fc.array(aLine, { minLength: 1, maxLength: 4 }),
    shippingMinor: fc.integer({ min: 0, max: 600 }),
    charges: fc.array(fc.integer({ min: 0, max: 800 }), { maxLength: 2 }),
    taxIncluded: fc.boolean(),
    captured: fc.constantFrom('all', 'all', 'some', 'more'),
    payments: fc.array(aPayment, { minLength: 1, maxLength: 4 }),
  })
  .map(({ lines, shippingMinor, charges, taxIncluded, captured, payments }): OrderItem => {
    const priced = lines.map(({ quantity, netMinor, discount, taxBasisPoints }, index) => {
      const discountMinor = Math.floor((netMinor * discount) / 100);
      const taxMinor = Math.floor(((netMinor - discountMinor) * taxBasisPoints) / 10_000);
      const totalMinor = netMinor - discountMinor + (taxIncluded ? 0 : taxMinor);
      return { lineId: `line-${index + 1}`, sku: `SKU-${index + 1}`, quantity, discountMinor, taxMinor, totalMinor };
    });
    const shippingTaxMinor = Math.floor(shippingMinor / 6);
    const totalMinor =
      priced.reduce((sum, line) => sum + line.totalMinor, 0) +
      charges.reduce((sum, amountMinor) => sum + amountMinor, 0) +
      shippingMinor +
      (taxIncluded ? 0 : shippingTaxMinor);
    const capturedMinor = { all: totalMinor, some: Math.floor(totalMinor / 2), more: totalMinor + 77 }[captured];
    let leftMinor = capturedMinor;
    const captures = payments.map(({ share, paymentId, at }, index) => {
      const amountMinor = index === payments.length - 1 ? leftMinor : Math.floor((leftMinor * share) / 100);
      leftMinor -= amountMinor;
      const occurredAt = new Date(noon + at * 60_000).toISOString();
      return aCapture(amountMinor, { eventId: `event-${index}`, paymentId, occurredAt });
    });
    return aPlacedOrder(priced, {
      lines: priced.map((line) => ({ ...line, unitPriceMinor: 0, warehouse: 'main' })),
      shippingMinor,
      ...(charges.length > 0 && {
        charges: charges.map((amountMinor, index) => aDuty(amountMinor, `duty-${index + 1}`)),
      }),
      taxIncluded,
      taxMinor: priced.reduce((sum, { taxMinor }) => sum + taxMinor, 0) + shippingTaxMinor,
      totalMinor,
      payments: captures,
      status: 'paid',
    });
  });

/** Shares of what is left in the pots, in percent; sometimes too much of it. */
const share = fc.option(
  fc.oneof({ weight: 3, arbitrary: shares }, { weight: 1, arbitrary: fc.constant(100) }, fc.constant(120)),
  {
    nil: undefined,
    freq: 2,
  },
);
const wanted = fc.record({
  lines: fc.uniqueArray(fc.record({ line: fc.nat({ max: 3 }), quantity: fc.nat({ max: 8 }), share }), {
    selector: ({ line }) => line,
    maxLength: 4,
  }),
  charges: fc.uniqueArray(fc.record({ charge: fc.nat({ max: 1 }), share }), {
    selector: ({ charge }) => charge,
    maxLength: 2,
  }),
  shipping: share,
  tax: fc.option(shares, { nil: undefined, freq: 1 }),
  overpaid: share,
  goodwillMinor: fc.option(fc.integer({ min: 0, max: 300 }), { nil: undefined, freq: 1 }),
});

type Asked = typeof wanted extends fc.Arbitrary<infer W> ? W : never;

const which = fc.nat({ max: 9 });
const someone = fc.record({
  by: fc.constantFrom('sam', 'lea', 'lea', 'fin', 'fin'),
  department: fc.constantFrom('service', 'service-lead', 'service-lead', 'finance', 'finance'),
});

/** What may happen next; `which` picks among the refunds that there are. */
const steps = {
  ask: fc.record({ step: fc.constant('ask'), wanted, by: fc.constantFrom('sam', 'sam', 'sam', 'lea') }),
  amend: fc.record({ step: fc.constant('amend'), which, wanted, by: fc.constantFrom('sam', 'lea') }),
  approve: fc.record({ step: fc.constant('approve'), which, someone }),
  reject: fc.record({ step: fc.constant('reject'), which, someone }),
  withdraw: fc.record({ step: fc.constant('withdraw'), which }),
  expire: fc.record({ step: fc.constant('expire'), which, isDue: fc.boolean() }),
  pay: fc.record({ step: fc.constant('pay'), which }),
  block: fc.record({ step: fc.constant('block'), which }),
  /** For what costs this share of the refund, in percent; none: for what cannot be had any more. */
  exchange: fc.record({ step: fc.constant('exchange'), which, share: fc.option(fc.nat({ max: 110 })) }),
  word: fc.record({
    step: fc.constant('word'),
    which,
    leg: fc.nat({ max: 2 }),
    /** How many attempts ago. */
    late: fc.constantFrom(0, 0, 0, 1),
    isGood: fc.boolean(),
    /** Minutes after noon, as the provider tells them. */
    saidAt: fc.option(fc.nat({ max: 9 }), { nil: undefined }),
  }),
  retry: fc.record({ step: fc.constant('retry'), which }),
  credit: fc.record({ step: fc.constant('credit'), which }),
  cancel: fc.record({
    step: fc.constant('cancel'),
    line: fc.nat({ max: 3 }),
    quantity: fc.integer({ min: 1, max: 3 }),
  }),
  capture: fc.record({ step: fc.constant('capture'), amountMinor: fc.integer({ min: 1, max: 200 }) }),
} satisfies Record<string, fc.Arbitrary<unknown>>;

export type Step = {
  [Name in keyof typeof steps]: (typeof steps)[Name] extends fc.Arbitrary<infer S> ? S : never;
}[keyof typeof steps];

export const stories = (maxLength: number) =>
  fc.array(
    fc.oneof(
      { weight: 5, arbitrary: steps.ask },
      { weight: 4, arbitrary: steps.approve },
      { weight: 4, arbitrary: steps.pay },
      { weight: 6, arbitrary: steps.word },
      { weight: 2, arbitrary: steps.retry },
      steps.amend,
      steps.reject,
      steps.withdraw,
      steps.expire,
      steps.credit,
      steps.block,
      { weight: 2, arbitrary: steps.exchange },
      steps.cancel,
      steps.capture,
    ),
    { minLength: 1, maxLength, size: 'max' },
  );

/** An order, its account and its refunds after some steps, as the tables would hold them. */
export type Told = {
  order: OrderItem;
  ordered: OrderSnapshot;
  account: RefundLedger;
  refunds: RefundItem[];
  /** The money that the events of all steps post as refunded. */
  postedMinor: number;
  /** Units of lines that were asked for last, and in which refund. */
  asked: { refundId: string; units: number } | undefined;
  /** Whether the provider said of an attempt first that it failed and then that it did not. */
  tookBack: boolean;
};

export const beginning = (order: OrderItem): Told => ({
  order,
  ordered: OrderSnapshot.parse(order),
  account: emptyLedger(order.orderId),
  refunds: [],
  postedMinor: 0,
  asked: undefined,
  tookBack: false,
});

const changing = (told: Told, order: OrderItem): Told => ({ ...told, order, ordered: OrderSnapshot.parse(order) });

export function tell(told: Told, step: Step): Told {
  if (step.step === 'capture') {
    const eventId = `late-${told.order.version}`;
    const payments = [...(told.order.payments ?? []), aCapture(step.amountMinor, { eventId, paymentId: 'late' })];
    return changing(told, { ...told.order, payments, version: told.order.version + 1 });
  }
  if (step.step === 'cancel') {
    const lines = [{ lineId: `line-${step.line + 1}`, quantity: step.quantity }];
    const outcome = cancel(told.order, { requestId: `c-${told.order.version}`, reason: 'x', lines }, '');
    return outcome.kind === 'changed' ? changing(told, outcome.order) : told;
  }
  const index = step.step === 'ask' ? told.refunds.length : pick(told, step);
  const before = told.refunds[index];
  const outcome = outcomeOf(told, before, step);
  if (outcome?.kind !== 'changed') return told;
  const wasFailed = before?.payouts.some(
    (leg, at) => step.step === 'word' && leg.state === 'failed' && outcome.refund.payouts[at]?.state === 'succeeded',
  );
  return {
    ...told,
    account: outcome.ledger ?? told.account,
    refunds: told.refunds.toSpliced(index, 1, outcome.refund),
    postedMinor: told.postedMinor + outcome.events.reduce((sum, event) => sum + postedBy(event), 0),
    asked: step.step === 'ask' || step.step === 'amend' ? askedBy(told, outcome.refund, step.wanted) : undefined,
    tookBack: told.tookBack || wasFailed === true,
  };
}

/** What a request asks for, in amounts and units of the order. */
function contentOf(told: Told, asked: Asked): Partial<RefundRequest['content']> {
  const { goods } = refundableComponents(told.ordered, told.account);
  const leftOf = (name: string) =>
    goods.find(({ pot }) => pot === name)?.refundable ?? { minor: 0, taxMinor: 0, quantity: 0 };
  const part = (whole: number, percent: number | undefined) =>
    percent === undefined ? undefined : Math.ceil((whole * percent) / 100);
  const lines = asked.lines
    .filter(({ line }) => line < told.order.lines.length)
    .map(({ line, quantity, share: percent }) => {
      const left = leftOf(`line:line-${line + 1}`);
      const units = quantity === 8 ? left.quantity + 1 : quantity % (left.quantity + 1);
      const amountMinor = part(left.minor, percent ?? (units === 0 ? 30 : undefined));
      return { lineId: `line-${line + 1}`, quantity: units, amountMinor: amountMinor && Math.max(1, amountMinor) };
    });
  const charges = asked.charges
    .filter(({ charge }) => charge < told.ordered.charges.length)
    .map(({ charge, share: percent }) => {
      const amountMinor = part(leftOf(`charge:duty-${charge + 1}`).minor, percent);
      return { chargeId: `duty-${charge + 1}`, amountMinor: amountMinor && Math.max(1, amountMinor) };
    });
  return {
    lines: lines.length > 0 ? lines : undefined,
    charges: charges.length > 0 ? charges : undefined,
    shippingMinor: part(leftOf('shipping').minor, asked.shipping),
    taxMinor: part(
      goods.reduce((sum, { refundable }) => sum + refundable.taxMinor, 0),
      asked.tax,
    ),
    overpaidMinor: part(leftOf('overpaid').minor, asked.overpaid),
    goodwillMinor: asked.goodwillMinor,
  };
}

/** What the books add for an event. */
function postedBy(event: Change['events'][number]): number {
  const { 'detail-type': type, detail } = event(aCause());
  const { paidMinor = 0, creditMinor = 0, wasPaid = false } = Posted.parse(detail.data);
  if (type === RefundPayoutFailed.detailType) return wasPaid ? -paidMinor : 0;
  return paidMinor + creditMinor;
}
const Posted = z.object({
  paidMinor: z.number().optional(),
  creditMinor: z.number().optional(),
  wasPaid: z.boolean().optional(),
});

const askedBy = (told: Told, { refundId }: RefundItem, asked: Asked) => ({
  refundId,
  units: contentOf(told, asked).lines?.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0,
});

type OfRefunds = Exclude<Step, { step: 'capture' | 'cancel' }>;

const fitting: Record<Exclude<OfRefunds['step'], 'ask'>, RefundItem['status'][]> = {
  amend: ['pending-approval'],
  approve: ['pending-approval'],
  reject: ['pending-approval'],
  withdraw: ['pending-approval'],
  expire: ['pending-approval'],
  pay: ['approved'],
  block: ['approved'],
  exchange: ['approved'],
  word: ['paying', 'paid', 'payout-failed', 'store-credit'],
  retry: ['payout-failed'],
  credit: ['payout-failed'],
};

/** Mostly one of the refunds that the step fits, so that stories get on. */
function pick({ refunds }: Told, { step, which: number }: Exclude<OfRefunds, { step: 'ask' }>): number {
  const indexes = [...refunds.keys()];
  const fit = indexes.filter((index) =>
    refunds.some(({ status }, at) => at === index && fitting[step].includes(status)),
  );
  const among = number === 9 || fit.length === 0 ? indexes : fit;
  return among[number % Math.max(1, among.length)] ?? 0;
}

function outcomeOf(told: Told, refund: RefundItem | undefined, step: OfRefunds): Outcome | undefined {
  const { ordered: order } = told;
  const knows: RequestSnapshot = {
    order,
    ledger: told.account,
    refund,
    policy: { version: 1, content: policy },
    history: undefined,
  };
  if (step.step === 'ask') {
    const refundId = `ref_${told.refunds.length}`;
    return request(aRefundRequest(contentOf(told, step.wanted), { refundId, by: step.by }), {
      ...knows,
      refund: undefined,
    });
  }
  if (!refund) return undefined;
  switch (step.step) {
    case 'amend':
      return amend(aRefundRequest(contentOf(told, step.wanted), { refundId: refund.refundId, by: step.by }), knows);
    case 'approve':
      return approve(refund, { ...step.someone, from: '' }, undefined, policy.limits, noon);
    case 'reject':
      return reject(refund, told.account, { ...step.someone, from: '' }, undefined, noon);
    case 'withdraw':
      return withdraw(refund, told.account, 'sam');
    case 'expire':
      return expire(refund, told.account, noon + (step.isDue ? 100 : 0) * 3_600_000);
    case 'pay':
      return startPayout(refund);
    case 'block':
      return blockPayout(refund, told.account);
    case 'exchange':
      return exchanged(refund, told.account, step.share);
    case 'word': {
      const leg = step.leg % refund.payouts.length;
      const attempt = (refund.payouts[leg]?.attempt ?? 0) - step.late;
      const saidAt = step.saidAt === undefined ? undefined : new Date(noon + step.saidAt * 60_000).toISOString();
      const word = step.isGood
        ? { kind: 'succeeded' as const, saidAt }
        : { kind: 'failed' as const, failure: 'declined', saidAt };
      return attempt < 1 ? undefined : hear(refund, told.account, leg, attempt, word);
    }
    case 'retry':
      return retry(refund, order, told.account);
    case 'credit':
      return toStoreCredit(refund, order, told.account);
    default:
      return step satisfies never;
  }
}

/** What becomes of an approved refund whose goods are exchanged: its payments give for the replacement, the first ones first. */
function exchanged(refund: RefundItem, account: RefundLedger, share: number | null): Outcome | undefined {
  if (refund.exchange) return undefined;
  const started = startExchange({ ...refund, exchange: { lines: [{ sku: 'SKU-1', quantity: 1 }] } });
  if (started.kind !== 'changed') return started;
  if (share === null) return dropExchange(started.refund, 'out-of-stock');
  const totalMinor = Math.floor((refund.amountMinor * share) / 100);
  let dueMinor = totalMinor;
  const payments = refund.payouts.map(({ provider, paymentId, amountMinor: leftMinor }) => {
    const amountMinor = Math.min(leftMinor, dueMinor);
    dueMinor -= amountMinor;
    return { provider, paymentId, amountMinor };
  });
  return settleExchange(started.refund, account, { orderId: 'ord_replacement', totalMinor, payments });
}
