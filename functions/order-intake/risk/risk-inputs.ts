import { normalEmail } from '../../../shared/email.ts';
import { contentHash } from '../../../shared/ids.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import type { OrderItem } from '../order/order-item.ts';
import { balanceOf } from '../order/payment.ts';
import type { VelocityKind } from './risk-score.ts';
import { type CounterEntry, failureEntryId, orderEntryId } from './velocity-counter.ts';

/** An order's latest cards and failed payments that are counted; older ones are ignored. */
const maxCards = 5;
const maxFailures = 50;

/** Entries of one order for one counter. `partition` contains a hash of the counted value. */
export type CounterEntries = { kind: VelocityKind; partition: string; entries: CounterEntry[] };

const partitionOf = (kind: VelocityKind) => `RISK#${kind}#`;
export const isCustomerCounter = (partition: string) => partition.startsWith(partitionOf('customer'));

/** The entries that an order and its failed payments add to the counter of each of its values. */
export function counterEntriesOf(order: OrderItem): CounterEntries[] {
  const { orderId, currency } = order;
  const totalMinor = purchasedMinorOf(order);
  const purchase = totalMinor > 0 ? { totalMinor, currency } : {};
  const own: CounterEntry = { id: orderEntryId(orderId), at: receivedMsOf(order) };
  const entriesOf = (kind: VelocityKind, value: string): CounterEntry[] => {
    if (kind === 'address') return [own];
    const failed = failedPayments(order).filter((payment) => kind !== 'card' || payment.cardFingerprint === value);
    // Purchased amounts are needed on the customer's counter only.
    return [kind === 'customer' ? { ...own, ...purchase } : own, ...failed.map(failureOf)];
  };
  return valuesOf(order).map(({ kind, value }) => ({
    kind,
    // A hash, so that the table contains no personal data.
    partition: partitionOf(kind) + contentHash(value),
    entries: entriesOf(kind, value),
  }));
}

/** The entry of a purchased order for its customer's counter; empty while nothing was paid or shipped. */
export const purchaseEntriesOf = (order: OrderItem): CounterEntries[] =>
  purchasedMinorOf(order) > 0 ? counterEntriesOf(order).filter(({ kind }) => kind === 'customer') : [];

/** The captured amount, or the worth of an order that shipped unpaid. Unpaid orders alone build no history. */
function purchasedMinorOf(order: OrderItem): number {
  const { imported, totalMinor, cancelledMinor = 0, lines } = order;
  if (imported) return totalMinor;
  const hasShipped = lines.some(({ shippedQuantity = 0 }) => shippedQuantity > 0);
  return Math.max(Math.min(balanceOf(order).capturedMinor, totalMinor), hasShipped ? totalMinor - cancelledMinor : 0);
}

/** Hash of the order's own risk inputs. If it differs from the stored one, the order is assessed again. */
export const riskInputHash = (order: OrderItem): string =>
  contentHash({
    values: valuesOf(order),
    countries: [order.shippingAddress.country, order.billingAddress?.country ?? ''],
    totalMinor: order.totalMinor,
    failures: failuresOf(order).map(({ id }) => id),
  });

export const isAssessed = (order: OrderItem): boolean => order.risk?.facts === riskInputHash(order);

/** Whether the payments add risk inputs (a card or a failed payment) that placing did not have. */
export const hasRiskRelevantPayments = ({ payments = [] }: OrderItem): boolean =>
  payments.some(({ type, cardFingerprint }) => type === 'payment.failed' || cardFingerprint !== undefined);

/**
 * When the order arrived, in milliseconds: not when its channel says that it was placed, as orders of one minute would
 * then be in different windows. Imported orders arrive together and count at their own times.
 */
const receivedMsOf = ({ receivedAt, placedAt }: OrderItem): number => Date.parse(receivedAt ?? placedAt);

/** Centre of the window for failed payments: the latest of arrival and failed payments, in milliseconds. */
export const failureWindowCentre = (order: OrderItem): number =>
  Math.max(receivedMsOf(order), ...failedPayments(order).map(({ occurredAt }) => Date.parse(occurredAt)));

/** The order's failed payments as counter entries. */
export const failuresOf = (order: OrderItem): CounterEntry[] => failedPayments(order).map(failureOf);

const failureOf = ({ provider, eventId, occurredAt }: Payment): CounterEntry => ({
  id: failureEntryId(provider, eventId),
  at: Date.parse(occurredAt),
});

const failedPayments = ({ payments = [] }: OrderItem) =>
  payments.filter(({ type }) => type === 'payment.failed').slice(-maxFailures);

function valuesOf(order: OrderItem): { kind: VelocityKind; value: string }[] {
  const { customer, shippingAddress, payments = [] } = order;
  // An imported order is only part of its customer's history.
  if (order.imported) return customer.id === undefined ? [] : [{ kind: 'customer', value: customer.id }];
  const { country, postalCode = '', line1 } = shippingAddress;
  const cards = new Set(payments.flatMap(({ cardFingerprint }) => cardFingerprint ?? []));
  const values: [VelocityKind, string | undefined][] = [
    ['customer', customer.id],
    ['email', customer.email === undefined ? undefined : mailboxOf(customer.email)],
    // Without a street, the address would match a whole neighbourhood.
    ['address', line1 === undefined ? undefined : normalized(`${country} ${postalCode} ${line1}`)],
    ...[...cards].slice(-maxCards).map((card): [VelocityKind, string] => ['card', card]),
  ];
  return values.flatMap(([kind, value]) => (value === undefined || value === '' ? [] : [{ kind, value }]));
}

/** The normal form of an email address, without the part after a plus sign. */
function mailboxOf(email: string): string {
  const normal = normalEmail(email);
  const at = normal.lastIndexOf('@');
  return `${normal.slice(0, at).replace(/\+.*$/, '')}${normal.slice(at)}`;
}

const normalized = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
