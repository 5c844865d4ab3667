import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { diagram, lifeCycle, next } from '../../../functions/refund-approval/refund/life-cycle.ts';
import { RefundStatus } from '../../../shared/contracts/refunds/status.ts';

test('every state can be reached from a request', () => {
  const reached = new Set<RefundStatus>(['pending-approval', 'awaiting-return', 'approved', 'rejected']);
  for (const status of reached) for (const to of Object.values(lifeCycle[status])) reached.add(to);
  expect([...reached].toSorted()).toEqual(RefundStatus.options.toSorted());
});

test('money that is on its way or gone cannot be withdrawn, rejected, amended or left to expire', () => {
  for (const status of ['approved', 'paying', 'paid', 'payout-failed', 'store-credit'] as const) {
    for (const command of ['withdraw', 'reject', 'amend', 'expire'] as const) {
      expect(next(status, command), `${command} while ${status}`).toBeUndefined();
    }
  }
});

test('nothing happens any more to a refund that was rejected, withdrawn or that expired', () => {
  for (const status of ['rejected', 'withdrawn', 'expired'] as const) expect(lifeCycle[status]).toEqual({});
});

test('the README shows the diagram of the table that the code runs on', () => {
  const readme = readFileSync(new URL('../../functions/refund-approval/README.md', import.meta.url), 'utf8');
  expect(/```mermaid\n([^`]*)\n```/.exec(readme)?.[1]).toBe(diagram());
});
