import assert from 'node:assert';
import { hash } from 'node:crypto';

const crockford = '0123456789abcdefghjkmnpqrstvwxyz';
const idLength = 26;

/**
 * The id of a channel's order: `ord_` and 130 bits of SHA-256 in Crockford's base 32. A repeated order has the same id, so
 * that the condition on its item refuses it.
 */
export const orderIdOf = (channel: string, externalOrderId: string): string => idOf('ord_', channel, externalOrderId);

/** The id of a refund request, derived like the id of an order. */
export const refundIdOf = (orderId: string, requestId: string): string => idOf('ref_', orderId, requestId);

/** The id of a person's change of a policy: the version that it is based on, and a hash. It repeats with its content. */
export const policyChangeIdOf = (baseVersion: number, by: string, content: object): string =>
  idOf(`pch_${String(baseVersion).padStart(8, '0')}_`, by, contentHash(content));

/** The id of a person's request of a price below the margin. It repeats with its content. */
export const priceChangeIdOf = (by: string, content: object): string => idOf('prc_', by, contentHash(content));

/** The `externalOrderId` of an exchange's replacement order. */
export const replacementNameOf = (refundId: string): string => `exchange-${refundId}`;

/** The id of the stock movement for the units at `index` of a return's receipt. */
export const returnMovementIdOf = (rmaId: string, receiptId: string, index: number): string =>
  idOf('mov_', rmaId, `${receiptId}\0${index}`);

function idOf(prefix: string, scope: string, callerId: string): string {
  const digest = hash('sha256', `${scope}\0${callerId}`, 'buffer');
  let id = prefix;
  let [bits, bitCount] = [0, 0];
  for (const byte of digest) {
    bits = ((bits << 8) | byte) & 0xfff;
    bitCount += 8;
    for (; bitCount >= 5; bitCount -= 5) id += crockford.charAt((bits >> (bitCount - 5)) & 31);
  }
  return id.slice(0, prefix.length + idLength);
}

/** SHA-256 of JSON content, as base64url. Ignores the order of object members, and `undefined` members. */
export const contentHash = (content: unknown): string => hash('sha256', canonicalJson(content), 'base64url');

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    members.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
  }
  const text: string | undefined = JSON.stringify(value);
  assert(text !== undefined, 'Hashed content is JSON');
  return text;
}
