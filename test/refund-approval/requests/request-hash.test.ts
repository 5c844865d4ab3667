import { expect, test } from 'vitest';
import { request } from '../../../functions/refund-approval/requests/decide.ts';
import { requestHash } from '../../../functions/refund-approval/requests/request-hash.ts';
import { inCurrency } from '../../../functions/refund-approval/refund/order-snapshot.ts';
import { emptyLedger } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import type { RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { aCapture } from '../../support/builders.ts';
import { anOrderSnapshot, aRefundRequest, changeOf, known } from '../../support/refunds/refund-builders.ts';

/** An order of 10.00 pounds, for which 13.00 pounds, euros and dollars were captured. */
const captures = ['GBP', 'EUR', 'USD'].map((currency) =>
  aCapture(1300, { currency, paymentId: currency, eventId: currency }),
);
const order = anOrderSnapshot([{ totalMinor: 1000 }], { payments: captures });

/** The store reads the order and the ledger of the requested currency. */
function ask(currency: string | undefined, overpaidMinor: number, refund?: RefundItem) {
  const isOther = currency !== undefined && currency !== order.currency;
  const seen = isOther ? inCurrency(order, currency) : order;
  const ledger = isOther ? emptyLedger(order.orderId, currency) : undefined;
  const snapshot = known(seen, { ledger, refund });
  const asked = aRefundRequest({ ...(currency !== undefined && { currency }), overpaidMinor });
  return request({ ...asked, contentHash: requestHash(asked.content, snapshot) }, snapshot);
}

test.each<[string, string | undefined, string | undefined, number, 'already-done' | 'refund-conflict']>([
  ['the order’s currency', undefined, undefined, 300, 'already-done'],
  ['the order’s currency, now spelled out', undefined, 'GBP', 300, 'already-done'],
  ['the order’s currency, no longer spelled out', 'GBP', undefined, 300, 'already-done'],
  ['another currency', 'EUR', 'EUR', 300, 'already-done'],
  ['another currency and amount', 'EUR', 'EUR', 299, 'refund-conflict'],
  ['another currency after the order’s', 'GBP', 'EUR', 300, 'refund-conflict'],
  ['another currency after the order’s, not spelled out', undefined, 'EUR', 300, 'refund-conflict'],
  ['the order’s currency after another', 'EUR', 'GBP', 300, 'refund-conflict'],
  ['the order’s currency, not spelled out, after another', 'EUR', undefined, 300, 'refund-conflict'],
  ['a third currency', 'EUR', 'USD', 300, 'refund-conflict'],
])('a repeated request id in %s', (_what, first, second, overpaidMinor, expected) => {
  const { refund } = changeOf(ask(first, 300));
  expect(ask(second, overpaidMinor, refund).kind).toBe(expected);
});
