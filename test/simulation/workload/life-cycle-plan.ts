import type { Payment } from '../../../shared/payments/payment.ts';
import type { Dice } from './random.ts';

/** Channel that requires payment before fulfilment, within this window. */
export const payingChannel = 'marketplace';
export const paymentWindowMinutes = 30;

/** Payment ids contain the order id, from which the payment provider double derives the order. */
export const paymentIdOf = (orderId: string, payment: number): string => `${orderId}-${payment}`;
export const orderOfPayment = (paymentId: string): string => paymentId.slice(0, paymentId.lastIndexOf('-'));

/** How a request is sent: the number of repeats, and whether they are concurrent. */
export type Submission = { repeats: number; isConcurrent: boolean };

/** A payment event whose amount is the part of the order total between two thousandths. */
export type PlannedPayment = {
  eventId: string;
  type: Payment['type'];
  /** Number of the payment: the first two events belong to payment 1, later ones to payment 2. */
  payment: number;
  from: number;
  to: number;
  /** Sent before the order, with the estimated amount. */
  isEarly: boolean;
  /** The event is repeated with the same id and another amount. */
  hasChangedRepeat: boolean;
  submission: Submission;
};

type PlannedCancellation = Submission & {
  requestId: string;
  what: 'whole' | 'a-unit';
  /** What the cancellation is concurrent with. */
  phase: 'payment' | 'shipment';
};

/** What happens to an order after it is placed. */
export type PlannedLifeCycle = {
  payments: PlannedPayment[];
  cancellations: PlannedCancellation[];
  /** Decision of staff if the order is on hold. */
  review: 'release' | 'reject';
  isAllocated: boolean;
  /** Number of shipments. */
  shipments: number;
  isDelivered: boolean;
  submission: Submission;
};

type Part = readonly [type: Payment['type'], from: number, to: number];

const authorized = ['payment.authorized', 0, 1000] as const;
/** Sequences of payment events. An order that requires payment expires without any. */
const paymentSequences: Record<string, readonly Part[]> = {
  full: [authorized, ['payment.captured', 0, 1000]],
  parts: [authorized, ['payment.captured', 0, 300], ['payment.captured', 300, 301], ['payment.captured', 301, 1000]],
  afterFailures: [
    ['payment.failed', 0, 1000],
    ['payment.failed', 0, 1000],
    ['payment.captured', 0, 1000],
  ],
  partial: [authorized, ['payment.captured', 0, 900]],
  overpaid: [
    ['payment.captured', 0, 1000],
    ['payment.captured', 0, 100],
  ],
  disputed: [
    ['payment.captured', 0, 1000],
    ['chargeback.opened', 0, 1000],
  ],
  failed: [['payment.failed', 0, 1000]],
  none: [],
};
const usualSequences = ['full', 'full', 'parts', 'parts', 'afterFailures', 'partial', 'overpaid', 'disputed'];

export function plannedLifeCycle(dice: Dice, client: string, name: string): PlannedLifeCycle {
  const mustPay = client === payingChannel;
  const sequence = dice.pick(
    mustPay ? [...usualSequences, 'failed', 'none', 'none'] : [...usualSequences, ...usualSequences.map(() => 'none')],
  );
  const isEarly = dice.happens(0.15);
  const payments = (paymentSequences[sequence] ?? []).map(([type, from, to], index): PlannedPayment => ({
    eventId: `${name}-pay-${index}`,
    type,
    payment: index < 2 ? 1 : 2,
    from,
    to,
    isEarly,
    hasChangedRepeat: dice.happens(0.05),
    submission: plannedSubmission(dice),
  }));
  // Providers do not send notifications in order.
  if (dice.happens(0.3)) payments.reverse();
  const isShipped = dice.happens(0.5);
  return {
    payments,
    cancellations: dice.happens(0.35) ? plannedCancellations(dice, name) : [],
    review: dice.pick(['release', 'release', 'reject']),
    isAllocated: isShipped || dice.happens(0.3),
    shipments: isShipped ? dice.whole(1, 3) : 0,
    isDelivered: dice.happens(0.7),
    submission: plannedSubmission(dice),
  };
}

const plannedSubmission = (dice: Dice): Submission => ({
  repeats: dice.pick([0, 0, 0, 1, 2]),
  isConcurrent: dice.happens(0.5),
});

const plannedCancellations = (dice: Dice, name: string) =>
  Array.from({ length: dice.whole(1, 2) }, (_, index): PlannedCancellation => ({
    requestId: `${name}-cancel-${index}`,
    what: dice.pick(['whole', 'a-unit', 'a-unit']),
    phase: dice.pick(['payment', 'shipment']),
    ...plannedSubmission(dice),
  }));
