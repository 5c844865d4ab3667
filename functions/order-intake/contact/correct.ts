import type { OrderContact } from '../../../shared/contracts/orders/edit-routes.ts';
import { OrderContactChanged } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { isTooLarge } from '../../../shared/dynamodb/transaction-limits.ts';
import { invalid, orderTooLarge } from '../../../shared/pricing/sellable.ts';
import { changed, draftEvent, eventData, illegal, type Outcome } from '../order/change.ts';
import { next } from '../order/life-cycle.ts';
import { isStale, type OrderItem } from '../order/order-item.ts';

type Contact = Pick<OrderItem, 'customer' | 'shippingAddress' | 'billingAddress' | 'note'>;

/** Corrects contact data, addresses and note. A correction that the order has already changes nothing. */
export function correct(order: OrderItem, content: OrderContact, ifMatch?: string): Outcome {
  const before = contactOf(order);
  const after = corrected(before, content);
  const fields = changedFields(before, after);
  if (fields.length === 0) return { kind: 'already-done', order };
  if (isStale(order, ifMatch)) return { kind: 'stale' };
  if (!next(order.status, 'correct')) return illegal(order, 'corrected');
  const [from, to] = [before.shippingAddress, after.shippingAddress];
  if ((order.taxMinor > 0 || order.taxZone) && to.country !== from.country) return countryChange;
  if (order.taxZone && to.state !== from.state) return stateChange;

  const item = { ...order, ...after, version: order.version + 1 };
  const data = { ...eventData(item), fields, before, after, reason: content.reason };
  if (isTooLarge(item) || isTooLarge(data)) return orderTooLarge;
  return changed(item, [draftEvent(OrderContactChanged, data)]);
}

const countryChange = invalid(
  'country-change',
  '/shippingAddress/country',
  'The tax of this order depends on its shipping country. Send an edit to change the country.',
);

const stateChange = invalid(
  'state-change',
  '/shippingAddress/state',
  'The tax of this order may depend on its state. Send an edit to change the state within its tax zone.',
);

const contactOf = ({ customer, shippingAddress, billingAddress, note }: Contact): Contact => ({
  customer,
  shippingAddress,
  billingAddress,
  note,
});

/** Absent members stay unchanged; null removes one. */
function corrected(before: Contact, content: OrderContact): Contact {
  const { customer = {}, shippingAddress = before.shippingAddress } = content;
  return {
    customer: {
      ...before.customer,
      email: customer.email === undefined ? before.customer.email : (customer.email ?? undefined),
      name: customer.name === undefined ? before.customer.name : (customer.name ?? undefined),
      phone: customer.phone === undefined ? before.customer.phone : (customer.phone ?? undefined),
    },
    shippingAddress,
    billingAddress:
      content.billingAddress === undefined ? before.billingAddress : (content.billingAddress ?? undefined),
    note: content.note === undefined ? before.note : (content.note ?? undefined),
  };
}

/** JSON pointers of the members that differ, sorted. */
function changedFields(before: Contact, after: Contact): string[] {
  const [old, current] = [new Map(leaves(before)), new Map(leaves(after))];
  return [...new Set([...old.keys(), ...current.keys()])]
    .filter((pointer) => old.get(pointer) !== current.get(pointer))
    .toSorted();
}

/** The texts of an object with their JSON pointers. */
const leaves = (value: unknown, pointer = ''): [string, string][] => {
  if (typeof value === 'string') return [[pointer, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => leaves(member, `${pointer}/${name}`));
};
