import * as fc from 'fast-check';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { aCapture, noon } from '../builders.ts';
import { aDuty, aPlacedOrder } from '../orders/placed-order.ts';

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

/** Orders with discounts, included or added tax, shipping and duties, captured in part, exactly or too much by several payments. */
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

/** A percentage of the refundable amount of a component, sometimes above 100. */
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

/** Shares of components that a request asks for. */
export type RequestedShares = typeof wanted extends fc.Arbitrary<infer W> ? W : never;

const which = fc.nat({ max: 9 });
const approver = fc.record({
  by: fc.constantFrom('sam', 'lea', 'lea', 'fin', 'fin'),
  department: fc.constantFrom('service', 'service-lead', 'service-lead', 'finance', 'finance'),
});

/** Steps of a sequence. `which` selects one of the existing refunds. */
const steps = {
  request: fc.record({ step: fc.constant('request'), wanted, by: fc.constantFrom('sam', 'sam', 'sam', 'lea') }),
  amend: fc.record({ step: fc.constant('amend'), which, wanted, by: fc.constantFrom('sam', 'lea') }),
  approve: fc.record({ step: fc.constant('approve'), which, approver }),
  reject: fc.record({ step: fc.constant('reject'), which, approver }),
  withdraw: fc.record({ step: fc.constant('withdraw'), which }),
  expire: fc.record({ step: fc.constant('expire'), which, isDue: fc.boolean() }),
  pay: fc.record({ step: fc.constant('pay'), which }),
  block: fc.record({ step: fc.constant('block'), which }),
  /** `share`: the price of the replacement in percent of the refund; null if the replacement is refused. */
  exchange: fc.record({ step: fc.constant('exchange'), which, share: fc.option(fc.nat({ max: 110 })) }),
  result: fc.record({
    step: fc.constant('result'),
    which,
    payout: fc.nat({ max: 2 }),
    /** The number of attempts before the current one. */
    attemptsAgo: fc.constantFrom(0, 0, 0, 1),
    isSuccess: fc.boolean(),
    /** The provider's time, in minutes after noon. */
    minute: fc.option(fc.nat({ max: 9 }), { nil: undefined }),
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

export const stepSequences = (maxLength: number) =>
  fc.array(
    fc.oneof(
      { weight: 5, arbitrary: steps.request },
      { weight: 4, arbitrary: steps.approve },
      { weight: 4, arbitrary: steps.pay },
      { weight: 6, arbitrary: steps.result },
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
