import type { Payment } from './payment.ts';

/** A chargeback of a payment. The bank takes `amountMinor` when it is opened, and gives it back if the store wins. */
export type Dispute = Pick<Payment, 'provider' | 'paymentId' | 'currency' | 'amountMinor'> & {
  state: 'open' | 'won' | 'lost';
};

const stateOf = { 'chargeback.opened': 'open', 'chargeback.won': 'won', 'chargeback.lost': 'lost' } as const;
type DisputeEvent = Payment & { type: keyof typeof stateOf };
export const isDisputeEvent = (payment: Payment): payment is DisputeEvent => payment.type in stateOf;

/**
 * The chargebacks of these payment events, which may arrive in any order. An opening and the last end with its
 * `chargebackId` belong together; openings and ends without a partner of that id belong together in the order of time.
 */
export function disputesOf(payments: readonly Payment[]): Dispute[] {
  const byPayment = Map.groupBy(payments.filter(isDisputeEvent), ({ provider, paymentId, currency }) =>
    JSON.stringify([provider, paymentId, currency]),
  );
  return [...byPayment.values()].flatMap((events) => {
    const inTime = events.toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt) || compareIds(a, b));
    const openings = inTime.filter(({ type }) => type === 'chargeback.opened');
    const ends = lastById(inTime.filter(({ type }) => type !== 'chargeback.opened'));
    const named = lastById(openings.filter(({ chargebackId }) => chargebackId !== undefined));
    const partnerOf = ({ chargebackId }: DisputeEvent) => ends.find((end) => end.chargebackId === chargebackId);
    const partners = new Set(named.map(partnerOf));
    return [
      ...named.filter(partnerOf).flatMap((opening) => disputes([opening], [partnerOf(opening) ?? opening])),
      ...disputes(
        openings.filter(({ chargebackId }) => chargebackId === undefined),
        ends.filter((end) => !partners.has(end)),
      ),
      ...disputes(
        named.filter((opening) => !partnerOf(opening)),
        [],
      ),
    ];
  });
}

/** Of the events with the same chargeback id the last one, and all events without an id. */
const lastById = (events: readonly DisputeEvent[]): DisputeEvent[] =>
  events.filter(
    ({ chargebackId }, index) =>
      chargebackId === undefined || events.findLastIndex((other) => other.chargebackId === chargebackId) === index,
  );

/** One chargeback for each opening, and for each end whose opening has not arrived. */
const disputes = (opened: readonly DisputeEvent[], ends: readonly DisputeEvent[]): Dispute[] =>
  Array.from({ length: Math.max(opened.length, ends.length) }, (_, index) => ends[index] ?? opened[index])
    .filter((event) => event !== undefined)
    .map(({ provider, paymentId, currency, amountMinor, type }) => ({
      provider,
      paymentId,
      currency,
      amountMinor,
      state: stateOf[type],
    }));

const compareIds = (a: Payment, b: Payment) => (a.eventId < b.eventId ? -1 : 1);

/** Whether a chargeback is open: until the bank decides, nothing is refunded. */
export const hasOpenDispute = (payments: readonly Payment[]): boolean =>
  disputesOf(payments).some(({ state }) => state === 'open');
