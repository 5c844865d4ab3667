import { contentHash } from '../../../shared/ids.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import type { OrderItem } from '../order/order-item.ts';
import { balanceOf } from '../order/payment.ts';
import type { VelocityKind } from './risk.ts';
import { type Entry, failureId, orderEntryId } from './risk-tally.ts';

/** Whoever tries more cards, or fails more often, is over every limit. */
const mostCards = 5;
const mostFailures = 50;

/** One of the values that an order is counted by, under a hash of it, and what is counted there. */
export type Counted = { kind: VelocityKind; partition: string; entries: Entry[] };

const partitionOf = (kind: VelocityKind) => `RISK#${kind}#`;
export const isOfCustomer = (partition: string) => partition.startsWith(partitionOf('customer'));

/** The order and its failed payments under each value that it has. */
export function countedOf(order: OrderItem): Counted[] {
  const { orderId, currency } = order;
  const totalMinor = boughtMinorOf(order);
  const bought = totalMinor > 0 ? { totalMinor, currency } : {};
  const own: Entry = { id: orderEntryId(orderId), at: Date.parse(order.placedAt) };
  const entriesOf = (kind: VelocityKind, value: string): Entry[] => {
    if (kind === 'address') return [own];
    const failed = failedPayments(order).filter((payment) => kind !== 'card' || payment.cardFingerprint === value);
    // Only the customer's history is one of amounts.
    return [kind === 'customer' ? { ...own, ...bought } : own, ...failed.map(failureOf)];
  };
  return valuesOf(order).map(({ kind, value }) => ({
    kind,
    // Keys hold hashes: a tally tells nobody whose it is.
    partition: partitionOf(kind) + contentHash(value),
    entries: entriesOf(kind, value),
  }));
}

/** Its customer's values of an order of which something is bought; no others. */
export const boughtOf = (order: OrderItem): Counted[] =>
  boughtMinorOf(order) > 0 ? countedOf(order).filter(({ kind }) => kind === 'customer') : [];

/** What was paid of an order, or left the house unpaid. Anybody can place orders that come to nothing. */
function boughtMinorOf(order: OrderItem): number {
  const { imported, totalMinor, cancelledMinor = 0, lines } = order;
  if (imported) return totalMinor;
  const hasLeft = lines.some(({ shippedQuantity = 0 }) => shippedQuantity > 0);
  return Math.max(Math.min(balanceOf(order).capturedMinor, totalMinor), hasLeft ? totalMinor - cancelledMinor : 0);
}

/** A hash of all that an order's own risk depends on: with another one, it has to be assessed again. */
export const riskFactsOf = (order: OrderItem): string =>
  contentHash({
    values: valuesOf(order),
    countries: [order.shippingAddress.country, order.billingAddress?.country ?? ''],
    totalMinor: order.totalMinor,
    failures: failuresOf(order).map(({ id }) => id),
  });

export const isAssessed = (order: OrderItem): boolean => order.risk?.facts === riskFactsOf(order);

/** Whether its payments tell of a risk that placing knew nothing of: of cards, or of failures. */
export const hasTellingPayments = ({ payments = [] }: OrderItem): boolean =>
  payments.some(({ type, cardFingerprint }) => type === 'payment.failed' || cardFingerprint !== undefined);

/** The time that failures are looked for around: when it was placed, or when a payment of it failed since. */
export const riskTimeOf = (order: OrderItem): number =>
  Math.max(Date.parse(order.placedAt), ...failedPayments(order).map(({ occurredAt }) => Date.parse(occurredAt)));

/** An order's failed payments as they are counted. */
export const failuresOf = (order: OrderItem): Entry[] => failedPayments(order).map(failureOf);

const failureOf = ({ provider, eventId, occurredAt }: Payment): Entry => ({
  id: failureId(provider, eventId),
  at: Date.parse(occurredAt),
});

const failedPayments = ({ payments = [] }: OrderItem) =>
  payments.filter(({ type }) => type === 'payment.failed').slice(-mostFailures);

function valuesOf(order: OrderItem): { kind: VelocityKind; value: string }[] {
  const { customer, shippingAddress, payments = [] } = order;
  // It tells what its customer bought before, and was paid and shipped elsewhere.
  if (order.imported) return customer.id === undefined ? [] : [{ kind: 'customer', value: customer.id }];
  const { country, postalCode = '', line1 } = shippingAddress;
  const cards = new Set(payments.flatMap(({ cardFingerprint }) => cardFingerprint ?? []));
  const values: [VelocityKind, string | undefined][] = [
    ['customer', customer.id],
    ['email', customer.email === undefined ? undefined : mailboxOf(customer.email)],
    // A country and a postal code alone are a neighbourhood.
    ['address', line1 === undefined ? undefined : plain(`${country} ${postalCode} ${line1}`)],
    ...[...cards].slice(-mostCards).map((card): [VelocityKind, string] => ['card', card]),
  ];
  return values.flatMap(([kind, value]) => (value === undefined || value === '' ? [] : [{ kind, value }]));
}

/** One mailbox has many spellings: case does not count, nor what follows a plus sign. */
function mailboxOf(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, at).replace(/\+.*$/, '')}${email.slice(at)}`.toLowerCase();
}

const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
