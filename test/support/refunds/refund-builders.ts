import assert from 'node:assert';
import type { Change, Outcome } from '../../../functions/refund-approval/refund/change.ts';
import {
  type RequestSnapshot,
  request,
  type RefundRequest,
} from '../../../functions/refund-approval/requests/decide.ts';
import { defaultPolicy } from '../../../functions/refund-approval/refund/refund-policy.ts';
import { OrderSnapshot } from '../../../functions/refund-approval/refund/order-snapshot.ts';
import type { RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { aCapture, aCause, noon } from '../builders.ts';
import { aPlacedOrder } from '../orders/placed-order.ts';

type Line = OrderSnapshot['lines'][number];

/** Returns an order snapshot with these lines and no shipping, captured by one payment. */
export function anOrderSnapshot(lines: Partial<Line>[] = [{}], given: Partial<OrderSnapshot> = {}): OrderSnapshot {
  const whole = aPlacedOrder(lines.map(({ quantity = 1, totalMinor = 1000 }) => ({ quantity, totalMinor })));
  const shippingMinor = given.shippingMinor ?? 0;
  const chargesMinor = (given.charges ?? []).reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const taxMinor = lines.reduce((sum, line) => sum + (line.taxMinor ?? 0), 0);
  const totalMinor = whole.subtotalMinor + shippingMinor + chargesMinor;
  return OrderSnapshot.parse({
    ...whole,
    lines: whole.lines.map((line, index) => Object.assign(line, lines[index])),
    shippingMinor,
    taxMinor,
    totalMinor,
    payments: [aCapture(totalMinor)],
    ...given,
  });
}

export const known = (
  order: OrderSnapshot = anOrderSnapshot(),
  given: Partial<RequestSnapshot> = {},
): RequestSnapshot => ({
  order,
  ledger: undefined,
  refund: undefined,
  policy: { version: 3, content: defaultPolicy },
  history: undefined,
  ...given,
});

/** Returns a request by service staff, for one unit of the first line by default. */
export const aRefundRequest = (
  content: Partial<RefundRequest['content']> = {},
  given: Partial<RefundRequest> = {},
): RefundRequest => ({
  refundId: 'ref_0123456789abcdefghjkmnpqrs',
  content: {
    requestId: 'request-1',
    reason: 'changed-mind',
    ...(Object.keys(content).some((name) => /^(lines|charges)$|Minor$/.test(name))
      ? {}
      : { lines: [{ lineId: 'line-1', quantity: 1 }] }),
    ...content,
  },
  contentHash: JSON.stringify(content),
  by: 'sam',
  now: noon,
  deadlineAt: new Date(noon + 80 * 3_600_000).toISOString(),
  ...given,
});

export function changeOf(outcome: Outcome): Change {
  assert(outcome.kind === 'changed', JSON.stringify(outcome));
  return outcome;
}

export const typesOf = ({ events }: Change): string[] => events.map((draft) => draft(aCause())['detail-type']);

/** Returns a refund and its ledger after the request. */
export function requested(
  order: OrderSnapshot = anOrderSnapshot(),
  content: Partial<RefundRequest['content']> = {},
  given?: Partial<RequestSnapshot>,
) {
  const { refund, ledger } = changeOf(request(aRefundRequest(content), known(order, given)));
  assert(ledger);
  return { refund, ledger, order };
}

/** Returns a refund that waits for this number of approvals. */
export const waiting = (approvalsNeeded: 1 | 2 = 1, given: Partial<RefundItem> = {}) => {
  const { refund, ledger, order } = requested(anOrderSnapshot([{ totalMinor: 60_000 }]));
  const policy = { ...refund.policy, approvalsNeeded, payAfterReturn: false };
  return { order, ledger, refund: { ...refund, policy, ...given } };
};
