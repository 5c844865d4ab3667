import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { diagram, isTerminal, next, transitions } from '../../../functions/refund-approval/refund/life-cycle.ts';
import { RefundStatus } from '../../../shared/contracts/refunds/status.ts';

test('every status can be reached from a request', () => {
  const reached = new Set<RefundStatus>(['pending-approval', 'awaiting-return', 'approved', 'rejected']);
  for (const status of reached) for (const to of Object.values(transitions[status])) reached.add(to);
  expect([...reached].toSorted()).toEqual(RefundStatus.options.toSorted());
});

test('an approved or paid refund cannot be withdrawn, rejected or amended, and does not expire', () => {
  for (const status of ['approved', 'paying', 'paid', 'payout-failed', 'store-credit'] as const) {
    for (const command of ['withdraw', 'reject', 'amend', 'expire'] as const) {
      expect(next(status, command), `${command} while ${status}`).toBeUndefined();
    }
  }
});

test('rejected, withdrawn, expired and exchanged are the terminal statuses', () => {
  expect(RefundStatus.options.filter(isTerminal).toSorted()).toEqual(['exchanged', 'expired', 'rejected', 'withdrawn']);
});

test('the reference shows the diagram of the transitions in the code', () => {
  const reference = readFileSync(new URL('../../../functions/refund-approval/reference.md', import.meta.url), 'utf8');
  expect(/```mermaid\n([^`]*)\n```/.exec(reference)?.[1]).toBe(diagram());
});
