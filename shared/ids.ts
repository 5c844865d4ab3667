import assert from 'node:assert';
import { hash } from 'node:crypto';

const crockford = '0123456789abcdefghjkmnpqrstvwxyz';
const idLength = 26;

/**
 * The id of the order that a channel knows as `externalOrderId`: `ord_` and 130 bits of SHA-256 in Crockford's base 32.
 * The same order sent again has the same id, so that the database itself refuses a second one.
 */
export const orderIdOf = (channel: string, externalOrderId: string): string => idOf('ord_', channel, externalOrderId);

/** The id of the refund of an order that its caller knows as `requestId`; made as an order's is. */
export const refundIdOf = (orderId: string, requestId: string): string => idOf('ref_', orderId, requestId);

/** What the channel of an exchanged order knows the replacement by. */
export const replacementNameOf = (refundId: string): string => `exchange-${refundId}`;

/** The id of the stock movement that books the units which stand at `index` of a return's receipt. */
export const returnMovementIdOf = (rmaId: string, receiptId: string, index: number): string =>
  idOf('mov_', rmaId, `${receiptId}\0${index}`);

function idOf(prefix: string, scope: string, callersId: string): string {
  const digest = hash('sha256', `${scope}\0${callersId}`, 'buffer');
  let id = prefix;
  let [bits, bitCount] = [0, 0];
  for (const byte of digest) {
    bits = ((bits << 8) | byte) & 0xfff;
    bitCount += 8;
    for (; bitCount >= 5; bitCount -= 5) id += crockford.charAt((bits >> (bitCount - 5)) & 31);
  }
  return id.slice(0, prefix.length + idLength);
}

/** SHA-256 of JSON content, as base64url; the order of an object's members does not count, `undefined` members neither. */
export const contentHash = (content: unknown): string => hash('sha256', canonicalJson(content), 'base64url');

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    members.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
  }
  const text: string | undefined = JSON.stringify(value);
  assert(text !== undefined, 'Content that is hashed is JSON');
  return text;
}
