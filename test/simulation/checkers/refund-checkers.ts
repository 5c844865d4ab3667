import { transitions } from '../../../functions/refund-approval/refund/life-cycle.ts';
import type { RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { contentHash } from '../../../shared/ids.ts';
import type { RefundStatus } from '../../../shared/contracts/refunds/status.ts';
import type { FinalState, CommittedEvent } from './final-state.ts';
import type { Checker } from './checkers.ts';
import { simulatedPolicy } from '../workload/refund-plan.ts';
import type { ObservedRefundResponse } from '../actors/observed-responses.ts';

const isDone = ({ status }: ObservedRefundResponse) => status === 200 || status === 201;

/** The events of each refund in the order of its versions. */
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
    const askedBy = (refundId: string) => events.get(refundId)?.filter(({ type }) => type === 'RefundRequested') ?? [];
    const asked = state.observed.refunds.filter(({ what }) => what === 'request');
    return [
      ...state.refunds
        .filter(({ refundId }) => askedBy(refundId).length !== 1)
        .map(({ refundId }) => `${refundId} was asked for by ${askedBy(refundId).length} events`),
      ...[...events.keys()].filter((refundId) => !byId.has(refundId)).map((refundId) => `${refundId} is not there`),
      ...asked
        .filter(isDone)
        .filter(({ refundId, told }) => told.refundId !== refundId || !byId.has(refundId))
        .map(({ refundId, told }) => `${refundId} was told as ${told.refundId}`),
      ...asked
        .filter(
          ({ status, refundId, told }) => status === 201 && askedBy(refundId)[0]?.data.amountMinor !== told.amountMinor,
        )
        .map(({ refundId, told }) => `${refundId} was confirmed with ${told.amountMinor}`),
      ...[...Map.groupBy(asked.filter(isDone), ({ refundId }) => refundId)]
        .filter(([, responses]) => new Set(responses.map(({ content }) => contentHash(content))).size > 1)
        .map(([refundId]) => `${refundId} is what two different requests were told`),
    ];
  },
};

const isLegal = (from: RefundStatus, to: RefundStatus) => from === to || Object.values(transitions[from]).includes(to);

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
          : [`${refundId} has version ${version}, its events tell of ${[...byVersion.keys()].join(', ')}`]),
        ...(statuses.at(-1) === status ? [] : [`${refundId} is ${status}, its last event says ${statuses.at(-1)}`]),
        ...statuses.flatMap((to, index) => {
          const from = statuses[index - 1];
          return from === undefined || isLegal(from, to) ? [] : [`${refundId} went from ${from} to ${to}`];
        }),
      ];
    });
  },
};

const never = new Set<RefundStatus>(['pending-approval', 'rejected', 'withdrawn', 'expired']);

/** Approvals of who asked, of a department that has approved, or above a limit; too few of them; or too many. */
function wrongApprovalsOf({
  refundId,
  requestedBy,
  amendedBy = [],
  approvals,
  policy,
  amountMinor,
}: RefundItem): string[] {
  const given = approvals.filter(({ decision }) => decision === 'approve');
  const departments = new Set(given.map(({ department }) => department));
  const unfit = given.filter(
    ({ by, department }) =>
      [requestedBy, ...amendedBy].includes(by) || amountMinor > (simulatedPolicy.limits[department] ?? 0),
  );
  const violations = unfit.map(({ by }) => `${refundId} of ${amountMinor} for ${requestedBy} was approved by ${by}`);
  if (departments.size !== given.length || given.length !== policy.approvalsNeeded) {
    violations.push(`${refundId} needed ${policy.approvalsNeeded} and got ${[...departments].join(', ')}`);
  }
  return violations;
}

const approvalsSuffice: Checker = {
  name: 'a refund is paid only with the required number of approvals, each within its limit',
  violations: ({ refunds }) => refunds.filter(({ status }) => !never.has(status)).flatMap(wrongApprovalsOf),
};

const ends = new Set<RefundStatus>(['paid', 'store-credit', 'rejected', 'withdrawn', 'expired']);
/** Answers to somebody who pays again: the money is the bank's to decide on, or went out otherwise. */
const unpayable = new Set(['chargeback-open', 'not-refundable']);

const refundsEnd: Checker = {
  name: 'a refund reaches a terminal state, or its payout has failed and its amount is refundable again',
  violations: ({ refunds, observed }) =>
    refunds
      .filter(({ status }) => !ends.has(status))
      .filter(({ refundId, status }) => {
        const last = observed.refunds.findLast(
          (response) => response.refundId === refundId && response.what === 'retry',
        );
        return status !== 'payout-failed' || !unpayable.has(last?.type ?? '');
      })
      .map(({ refundId, orderId, status }) => `${refundId} of ${orderId} is still ${status}`),
};

/** Whether this is the refund's content: then there is nothing to amend. */
const asksFor = ({ requestId, orderId, contentHash: hash }: RefundItem, sent: object) =>
  contentHash({ ...sent, requestId, orderId }) === hash;

const commandsAreDone: Checker = {
  name: 'every confirmed decision, withdrawal, receipt and rating of a refund exists',
  violations: (state) => {
    const byId = new Map(state.refunds.map((refund) => [refund.refundId, refund]));
    const events = eventsByRefund(state);
    const isTold = (refundId: string, wanted: string, department: string) =>
      events.get(refundId)?.some(({ type, data }) => type === wanted && data.department === department);
    const isSo = (refund: RefundItem, { refundId, what, by, content }: ObservedRefundResponse) => {
      const sent = content as { receiptId?: string; units?: unknown; score?: number };
      if (what === 'approve') return isTold(refundId, 'RefundSupported', by);
      if (what === 'reject') return isTold(refundId, 'RefundRejected', by);
      if (what === 'withdraw') return refund.status === 'withdrawn';
      if (what === 'rate') return refund.rating?.score === sent.score;
      if (what === 'amend') return refund.amendedBy !== undefined || asksFor(refund, sent);
      if (what !== 'receive') return true;
      const receipt = state.receipts.find((one) => one.refundId === refundId && one.receiptId === sent.receiptId);
      return receipt !== undefined && contentHash(receipt.units) === contentHash(sent.units);
    };
    return state.observed.refunds.filter(isDone).flatMap((response) => {
      const refund = byId.get(response.refundId);
      if (refund && isSo(refund, response)) return [];
      return [`${response.refundId}: ${response.what} by ${response.by} was told as done`];
    });
  },
};

export const refundCheckers = [requestsHappenOnce, changesHaveEvents, approvalsSuffice, refundsEnd, commandsAreDone];
