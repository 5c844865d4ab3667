import type { Payment } from '../../../shared/payments/payment.ts';
import type { Dice } from './random.ts';

/** The channel whose orders wait for their payment, and how long. */
export const payingChannel = 'marketplace';
export const paymentWindowMinutes = 30;

/** The payments of an order, by which its provider knows the order. */
export const paymentIdOf = (orderId: string, payment: number): string => `${orderId}-${payment}`;
export const orderOfPayment = (paymentId: string): string => paymentId.slice(0, paymentId.lastIndexOf('-'));

/** How something is sent: so many times more, and whether all at the same time. */
export type Sending = { repeats: number; isHasty: boolean };

/** An event of a payment provider, of the part of the order's total from one thousandth to another. */
export type PlannedPayment = {
  eventId: string;
  type: Payment['type'];
  /** Which of the order's payments: what comes later than the first two events is paid otherwise. */
  payment: number;
  from: number;
  to: number;
  /** Sent before the order is, with what the storefront thinks that it costs. */
  isEarly: boolean;
  /** Sent once more with another amount under the same id. */
  isContradicted: boolean;
  sending: Sending;
};

type PlannedCancellation = Sending & {
  requestId: string;
  what: 'whole' | 'a-unit';
  /** While the order is paid, or while it is shipped. */
  meets: 'payment' | 'shipment';
};

/** What becomes of an order once it is placed. */
export type PlannedLife = {
  payments: PlannedPayment[];
  cancellations: PlannedCancellation[];
  /** What staff decide if it is on hold. */
  review: 'release' | 'reject';
  isAllocated: boolean;
  /** In how many parts it is shipped. */
  shipments: number;
  isDelivered: boolean;
  sending: Sending;
};

type Part = readonly [type: Payment['type'], from: number, to: number];

const authorized = ['payment.authorized', 0, 1000] as const;
/** How an order is paid. A window of time that passes without any of it ends the order. */
const courses: Record<string, readonly Part[]> = {
  inFull: [authorized, ['payment.captured', 0, 1000]],
  inParts: [authorized, ['payment.captured', 0, 300], ['payment.captured', 300, 301], ['payment.captured', 301, 1000]],
  atLast: [
    ['payment.failed', 0, 1000],
    ['payment.failed', 0, 1000],
    ['payment.captured', 0, 1000],
  ],
  tooLittle: [authorized, ['payment.captured', 0, 900]],
  tooMuch: [
    ['payment.captured', 0, 1000],
    ['payment.captured', 0, 100],
  ],
  disputed: [
    ['payment.captured', 0, 1000],
    ['chargeback.opened', 0, 1000],
  ],
  notAtAll: [['payment.failed', 0, 1000]],
  never: [],
};
const usual = ['inFull', 'inFull', 'inParts', 'inParts', 'atLast', 'tooLittle', 'tooMuch', 'disputed'];

export function plannedLife(dice: Dice, client: string, name: string): PlannedLife {
  const mustPay = client === payingChannel;
  const course = dice.pick(
    mustPay ? [...usual, 'notAtAll', 'never', 'never'] : [...usual, ...usual.map(() => 'never')],
  );
  const isEarly = dice.happens(0.15);
  const payments = (courses[course] ?? []).map(([type, from, to], index): PlannedPayment => ({
    eventId: `${name}-pay-${index}`,
    type,
    payment: index < 2 ? 1 : 2,
    from,
    to,
    isEarly,
    isContradicted: dice.happens(0.05),
    sending: sending(dice),
  }));
  // Providers do not tell in the order in which things happen.
  if (dice.happens(0.3)) payments.reverse();
  const isShipped = dice.happens(0.5);
  return {
    payments,
    cancellations: dice.happens(0.35) ? plannedCancellations(dice, name) : [],
    review: dice.pick(['release', 'release', 'reject']),
    isAllocated: isShipped || dice.happens(0.3),
    shipments: isShipped ? dice.whole(1, 3) : 0,
    isDelivered: dice.happens(0.7),
    sending: sending(dice),
  };
}

const sending = (dice: Dice): Sending => ({ repeats: dice.pick([0, 0, 0, 1, 2]), isHasty: dice.happens(0.5) });

const plannedCancellations = (dice: Dice, name: string) =>
  Array.from({ length: dice.whole(1, 2) }, (_, index): PlannedCancellation => ({
    requestId: `${name}-cancel-${index}`,
    what: dice.pick(['whole', 'a-unit', 'a-unit']),
    meets: dice.pick(['payment', 'shipment']),
    ...sending(dice),
  }));
