import assert from 'node:assert';
import type { Change, Outcome } from '../../functions/refund-approval/refund/change.ts';
import { type Known, request, type Request } from '../../functions/refund-approval/requests/decide.ts';
import { defaultPolicy } from '../../functions/refund-approval/policy/default-policy.ts';
import { Ordered } from '../../functions/refund-approval/refund/order-snapshot.ts';
import type { RefundItem } from '../../functions/refund-approval/refund/refund-item.ts';
import { aCapture, aCause, noon } from './builders.ts';
import { aPlacedOrder } from './placed-order.ts';

type Line = Ordered['lines'][number];

/** An order as refunds see it: these lines, no shipping, captured whole by one payment unless told. */
export function anOrdered(lines: Partial<Line>[] = [{}], given: Partial<Ordered> = {}): Ordered {
  const whole = aPlacedOrder(lines.map(({ quantity = 1, totalMinor = 1000 }) => ({ quantity, totalMinor })));
  const shippingMinor = given.shippingMinor ?? 0;
  const chargesMinor = (given.charges ?? []).reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const taxMinor = lines.reduce((sum, line) => sum + (line.taxMinor ?? 0), 0);
  const totalMinor = whole.subtotalMinor + shippingMinor + chargesMinor;
  return Ordered.parse({
    ...whole,
    lines: whole.lines.map((line, index) => Object.assign(line, lines[index])),
    shippingMinor,
    taxMinor,
    totalMinor,
    payments: [aCapture(totalMinor)],
    ...given,
  });
}

export const known = (order: Ordered = anOrdered(), given: Partial<Known> = {}): Known => ({
  order,
  account: undefined,
  refund: undefined,
  policy: { version: 3, content: defaultPolicy },
  history: undefined,
  ...given,
});

/** Somebody of service asks; for the first line's first unit unless told. */
export const asking = (content: Partial<Request['content']> = {}, given: Partial<Request> = {}): Request => ({
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

export const typesOf = ({ events }: Change): string[] => events.map((tell) => tell(aCause())['detail-type']);

/** A refund and the account after its request. */
export function requested(
  order: Ordered = anOrdered(),
  content: Partial<Request['content']> = {},
  given?: Partial<Known>,
) {
  const { refund, account } = changeOf(request(asking(content), known(order, given)));
  assert(account);
  return { refund, account, order };
}

/** A refund that waits for this many approvals. */
export const waiting = (approvalsNeeded: 1 | 2 = 1, given: Partial<RefundItem> = {}) => {
  const { refund, account, order } = requested(anOrdered([{ totalMinor: 60_000 }]));
  const policy = { ...refund.policy, approvalsNeeded, payAfterReturn: false };
  return { order, account, refund: { ...refund, policy, ...given } };
};
