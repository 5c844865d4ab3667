import { createHmac } from 'node:crypto';
import * as z from 'zod';
import { normalEmail } from '../../shared/email.ts';

const Text = z.string().optional().catch(undefined);
/** Where events name their customer. Another shape names none. */
const CustomerData = z.object({
  channel: Text,
  customer: z.object({ id: Text, email: Text }).optional().catch(undefined),
  customerId: Text,
});

/** Hexadecimal digits: 128 bits, so that no two customers have one. */
const length = 32;

/**
 * A stable name for the customer in an event's data, by which reports can count customers: `cus_` and an HMAC of the
 * channel's customer id, else of the e-mail address in its normal form. Without the secret, it neither gives nor confirms
 * who the customer is. Undefined if the event names no customer.
 */
export function customerPseudonym(secret: string, data: unknown): string | undefined {
  const found = CustomerData.safeParse(data).data;
  const id = found?.customer?.id ?? found?.customerId;
  const email = found?.customer?.email;
  if (id !== undefined) return named(secret, ['id', found?.channel ?? '', id]);
  return email === undefined ? undefined : named(secret, ['email', normalEmail(email)]);
}

/**
 * The name of the e-mail address of a customer whose pseudonym is that of an id: orders with either name belong to one
 * customer.
 */
export function emailPseudonym(secret: string, data: unknown): string | undefined {
  const { customer, customerId } = CustomerData.safeParse(data).data ?? {};
  if (customer?.email === undefined || (customer.id ?? customerId) === undefined) return undefined;
  return named(secret, ['email', normalEmail(customer.email)]);
}

/** As JSON, so that no two lists of texts are the same text. */
const named = (secret: string, texts: string[]) =>
  `cus_${createHmac('sha256', secret).update(JSON.stringify(texts)).digest('hex').slice(0, length)}`;
