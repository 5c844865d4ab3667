import { transitions } from '../../../../functions/refund-approval/refund/life-cycle.ts';
import type { RefundItem } from '../../../../functions/refund-approval/refund/refund-item.ts';
import { contentHash } from '../../../../shared/ids.ts';
import type { RefundStatus } from '../../../../shared/contracts/refunds/status.ts';
import type { FinalState, CommittedEvent } from '../final-state.ts';
import type { Checker } from '../checkers.ts';
import { simulatedPolicy } from '../../workload/refund-plan.ts';
import type { ObservedRefundResponse } from '../../actors/observed-responses.ts';

const isDone = ({ status }: ObservedRefundResponse) => status === 200 || status === 201;

/** Events by refund id, sorted by version. */
export function eventsByRefund({ committed }: Pick<FinalState, 'committed'>): Map<string, CommittedEvent[]> {
  const own = committed.filter(({ source, data }) => source === 'storeworks.refund-approval' && data.refundId);
  const sorted = own.toSorted((a, b) => a.data.version - b.data.version);
  return Map.groupBy(sorted, ({ data }) => String(data.refundId));
}

const requestsHappenOnce: Checker = {
  name: 'each request id has one refund, with the content of the first request',
  violations: (state) => {
    const byId = new Map(state.refunds.map((refund) => [refund.refundId, refund]));
    const events = eventsByRefund(state);
    const requestEventsOf = (refundId: string) =>
      events.get(refundId)?.filter(({ type }) => type === 'RefundRequested') ?? [];
    const requests = state.observed.refunds.filter(({ what }) => what === 'request');
    return [
      ...state.refunds
        .filter(({ refundId }) => requestEventsOf(refundId).length !== 1)
        .map(({ refundId }) => `${refundId} has ${requestEventsOf(refundId).length} RefundRequested events`),
      ...[...events.keys()]
        .filter((refundId) => !byId.has(refundId))
        .map((refundId) => `${refundId} has events and does not exist`),
      ...requests
        .filter(isDone)
        .filter(({ refundId, confirmed }) => confirmed.refundId !== refundId || !byId.has(refundId))
        .map(({ refundId, confirmed }) => `${refundId} was confirmed as ${confirmed.refundId} or does not exist`),
      ...requests
        .filter(
          ({ status, refundId, confirmed }) =>
            status === 201 && requestEventsOf(refundId)[0]?.data.amountMinor !== confirmed.amountMinor,
        )
        .map(({ refundId, confirmed }) => `${refundId} was confirmed with the amount ${confirmed.amountMinor}`),
      ...[...Map.groupBy(requests.filter(isDone), ({ refundId }) => refundId)]
        .filter(([, responses]) => new Set(responses.map(({ content }) => contentHash(content))).size > 1)
        .map(([refundId]) => `${refundId} confirms two different requests`),
    ];
  },
};

const isPermitted = (from: RefundStatus, to: RefundStatus) =>
  from === to || Object.values(transitions[from]).includes(to);

const changesHaveEvents: Checker = {
  name: 'every change of a refund has an event and is a permitted transition to its current state',
  violations: (state) => {
    const events = eventsByRefund(state);
    return state.refunds.flatMap(({ refundId, version, status }) => {
      const byVersion = new Map<number, RefundStatus>(
        events.get(refundId)?.map(({ data }) => [data.version, data.status]) ?? [],
      );
      const statuses = [...byVersion.values()];
      return [
        ...(byVersion.size === version && byVersion.has(version)
          ? []
          : [`${refundId} has version ${version}, its events have ${[...byVersion.keys()].join(', ')}`]),
        ...(statuses.at(-1) === status ? [] : [`${refundId} is ${status}, its last event has ${statuses.at(-1)}`]),
        ...statuses.flatMap((to, index) => {
          const from = statuses[index - 1];
          return from === undefined || isPermitted(from, to) ? [] : [`${refundId} went from ${from} to ${to}`];
        }),
      ];
    });
  },
};

const notApproved = new Set<RefundStatus>(['pending-approval', 'rejected', 'withdrawn', 'expired']);

/** Approvals by the requester, above a limit, or twice by a department, and a wrong number of approvals. */
function wrongApprovalsOf({
  refundId,
  requestedBy,
  amendedBy = [],
  approvals,
  policy,
  amountMinor,
}: RefundItem): string[] {
  const approved = approvals.filter(({ decision }) => decision === 'approve');
  const departments = new Set(approved.map(({ department }) => department));
  const invalid = approved.filter(
    ({ by, department }) =>
      [requestedBy, ...amendedBy].includes(by) || amountMinor > (simulatedPolicy.limits[department] ?? 0),
  );
  const violations = invalid.map(
    ({ by }) => `${refundId} of ${amountMinor}, requested by ${requestedBy}, was approved by ${by}`,
  );
  if (departments.size !== approved.length || approved.length !== policy.approvalsNeeded) {
    violations.push(
      `${refundId} needs ${policy.approvalsNeeded} approvals and has those of ${[...departments].join(', ')}`,
    );
  }
  return violations;
}

const approvalsSuffice: Checker = {
  name: 'a refund is paid only with the required number of approvals, each within its limit',
  violations: ({ refunds }) => refunds.filter(({ status }) => !notApproved.has(status)).flatMap(wrongApprovalsOf),
};

const terminal = new Set<RefundStatus>(['paid', 'store-credit', 'rejected', 'withdrawn', 'expired']);
/** Problem types of a payout retry that cannot succeed: an open chargeback, or nothing left to refund. */
const finalProblems = new Set(['chargeback-open', 'not-refundable']);

const refundsEnd: Checker = {
  name: 'a refund reaches a terminal state, or its payout has failed and its amount is refundable again',
  violations: ({ refunds, observed }) =>
    refunds
      .filter(({ status }) => !terminal.has(status))
      .filter(({ refundId, status }) => {
        const last = observed.refunds.findLast(
          (response) => response.refundId === refundId && response.what === 'retry',
        );
        return status !== 'payout-failed' || !finalProblems.has(last?.type ?? '');
      })
      .map(({ refundId, orderId, status }) => `${refundId} of ${orderId} is still ${status}`),
};

/** Whether the sent content equals the refund's, so that the request amends nothing. */
const equalsContent = ({ requestId, orderId, contentHash: hash }: RefundItem, sent: object) =>
  contentHash({ ...sent, requestId, orderId }) === hash;

const commandsAreDone: Checker = {
  name: 'every confirmed decision, withdrawal, receipt and rating of a refund exists',
  violations: (state) => {
    const byId = new Map(state.refunds.map((refund) => [refund.refundId, refund]));
    const events = eventsByRefund(state);
    const hasEvent = (refundId: string, eventType: string, department: string) =>
      events.get(refundId)?.some(({ type, data }) => type === eventType && data.department === department);
    const isPerformed = (refund: RefundItem, { refundId, what, by, content }: ObservedRefundResponse) => {
      const sent = content as { receiptId?: string; units?: unknown; score?: number };
      if (what === 'approve') return hasEvent(refundId, 'RefundSupported', by);
      if (what === 'reject') return hasEvent(refundId, 'RefundRejected', by);
      if (what === 'withdraw') return refund.status === 'withdrawn';
      if (what === 'rate') return refund.rating?.score === sent.score;
      if (what === 'amend') return refund.amendedBy !== undefined || equalsContent(refund, sent);
      if (what !== 'receive') return true;
      const receipt = state.receipts.find((one) => one.refundId === refundId && one.receiptId === sent.receiptId);
      return receipt !== undefined && contentHash(receipt.units) === contentHash(sent.units);
    };
    return state.observed.refunds.filter(isDone).flatMap((response) => {
      const refund = byId.get(response.refundId);
      if (refund && isPerformed(refund, response)) return [];
      return [`${response.refundId}: ${response.what} by ${response.by} was confirmed but not performed`];
    });
  },
};

export const refundCheckers = [requestsHappenOnce, changesHaveEvents, approvalsSuffice, refundsEnd, commandsAreDone];
