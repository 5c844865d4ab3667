import { canonicalHash } from '../../../shared/content-hash.ts';
import type { RequestSnapshot } from './decide.ts';

const defaults = { restock: true, shippingMinor: 0, taxMinor: 0, overpaidMinor: 0, goodwillMinor: 0 };

/** Hash of the content of a request: equal for equal content, however it is written. */
export function requestHash(content: object, { refund, order, ledger }: RequestSnapshot): string {
  // Spelling the order's currency out is no other content; another currency is, and has a ledger of its own.
  const currency = ledger?.currency === undefined ? order.currency : undefined;
  return canonicalHash(content, { defaults: { ...defaults, currency }, stored: refund?.contentHash });
}
