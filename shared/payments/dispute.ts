import type { Payment } from './payment.ts';

/** A chargeback of a payment. The bank takes `amountMinor` when it is opened, and gives it back if the store wins. */
export type Dispute = Pick<Payment, 'provider' | 'paymentId' | 'currency' | 'amountMinor'> & {
  state: 'open' | 'won' | 'lost';
};

const stateOf = { 'chargeback.opened': 'open', 'chargeback.won': 'won', 'chargeback.lost': 'lost' } as const;
type DisputeEvent = Payment & { type: keyof typeof stateOf };
export const isDisputeEvent = (payment: Payment): payment is DisputeEvent => Object.hasOwn(stateOf, payment.type);

/**
 * The chargebacks of these payment events, which may arrive in any order. An opening and the last end with its
 * `chargebackId` belong together; openings and ends without a partner of that id belong together in the order of time.
 */
export function disputesOf(payments: readonly Payment[]): Dispute[] {
  const byPayment = Map.groupBy(payments.filter(isDisputeEvent), ({ provider, paymentId, currency }) =>
    JSON.stringify([provider, paymentId, currency]),
  );
  return [...byPayment.values()].flatMap(disputesOfPayment);
}

function disputesOfPayment(events: readonly DisputeEvent[]): Dispute[] {
  const inTime = events.toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt) || compareIds(a, b));
  const openings = lastById(inTime.filter(({ type }) => type === 'chargeback.opened'));
  const ends = lastById(inTime.filter(({ type }) => type !== 'chargeback.opened'));
  const partnerOf = ({ chargebackId }: DisputeEvent) =>
    chargebackId === undefined ? undefined : ends.find((end) => end.chargebackId === chargebackId);
  const matched = openings.map(partnerOf).filter((end) => end !== undefined);
  const others = openings.filter((opening) => !partnerOf(opening));
  const isNamed = ({ chargebackId }: DisputeEvent) => chargebackId !== undefined;
  // Openings before 2026-11-30 have no id, their ends may have one.
  const unnamed = paired(
    others.filter((opening) => !isNamed(opening)),
    ends.filter((end) => !matched.includes(end)),
  );
  return [...matched, ...others.filter(isNamed), ...unnamed].map(disputeOf);
}

/** Of the events with the same chargeback id the last one, and all events without an id. */
const lastById = (events: readonly DisputeEvent[]): DisputeEvent[] =>
  events.filter(
    ({ chargebackId }, index) =>
      chargebackId === undefined || events.findLastIndex((other) => other.chargebackId === chargebackId) === index,
  );

/** The end of each opening, the opening if it has none, and ends whose opening has not arrived. */
const paired = (openings: readonly DisputeEvent[], ends: readonly DisputeEvent[]): DisputeEvent[] => [
  ...ends,
  ...openings.slice(ends.length),
];

const disputeOf = ({ provider, paymentId, currency, amountMinor, type }: DisputeEvent): Dispute => ({
  provider,
  paymentId,
  currency,
  amountMinor,
  state: stateOf[type],
});

const compareIds = (a: Payment, b: Payment) => (a.eventId < b.eventId ? -1 : 1);

/** Whether a chargeback is open: until the bank decides, nothing is refunded. */
export const hasOpenDispute = (payments: readonly Payment[]): boolean =>
  disputesOf(payments).some(({ state }) => state === 'open');
