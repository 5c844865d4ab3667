import assert from 'node:assert/strict';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { WorkingCalendar } from './calendar.ts';
import type { PolicyStore } from '../refund/policy-store.ts';
import type { Schedules } from './deadline-schedules-client.ts';
import type { RefundStore } from '../refund/store.ts';
import { deadlineKinds, deadlinesOf } from './deadlines.ts';

const patienceMs = 15_000;

type Parts = {
  store: Pick<RefundStore, 'refund'>;
  policies: Pick<PolicyStore, 'version'>;
  schedules: Schedules;
  calendar: WorkingCalendar;
};

/**
 * Makes the refund's schedules what its state asks for, whichever event brought us here: in any order, and twice. Whoever
 * arranges last looks once more at the state, so that a schedule made late does not outlive the decision.
 */
export const scheduleDeadlines =
  ({ store, policies, schedules, calendar }: Parts) =>
  (refundId: string, now: () => number): Promise<'arranged'> =>
    retryOnConflict(patienceMs, async () => {
      const refund = await store.refund(refundId);
      assert(refund, `There is no refund ${refundId}, of which an event tells`);
      const { waiting } = await policies.version(refund.policy.version);
      const deadlines = deadlinesOf(refund, waiting, calendar);
      await Promise.all(
        deadlineKinds.map((kind) => {
          const deadline = deadlines.find((each) => each.kind === kind);
          return deadline ? schedules.put(deadline, now()) : schedules.remove({ refundId, kind });
        }),
      );
      const after = await store.refund(refundId);
      return after?.version === refund.version ? 'arranged' : undefined;
    });
