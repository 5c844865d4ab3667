import type { ReturnFilter, ReturnSummary } from '../../../shared/contracts/refunds/return-routes.ts';
import { RefundStatus } from '../../../shared/contracts/refunds/status.ts';
import { isReturnExpected } from '../refund/expected-return.ts';

/** The statuses of refunds whose returns may have one of these statuses. A receipt may complete a return in any of them. */
export function refundStatusesOf(filters: readonly ReturnFilter[] | undefined): readonly RefundStatus[] {
  if (filters === undefined || filters.includes('received')) return RefundStatus.options;
  const isOpen = filters.includes('expected') || filters.includes('overdue');
  return RefundStatus.options.filter((status) => {
    if (status === 'pending-approval') return filters.includes('requested');
    return isReturnExpected(status) ? isOpen : filters.includes('closed');
  });
}

/** Whether a return has one of the statuses and some units for the warehouse. `now` is in milliseconds. */
export function isReturnListed(
  summary: Pick<ReturnSummary, 'status' | 'returnBy' | 'units'>,
  { status, warehouse }: { status?: readonly ReturnFilter[] | undefined; warehouse?: string | undefined },
  now: number,
): boolean {
  if (warehouse !== undefined && !summary.units.some((unit) => unit.warehouse === warehouse)) return false;
  if (status === undefined || status.includes(summary.status)) return true;
  const { returnBy } = summary;
  const isOverdue = summary.status === 'expected' && returnBy !== undefined && Date.parse(returnBy) <= now;
  return status.includes('overdue') && isOverdue;
}
