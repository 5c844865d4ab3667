import assert from 'node:assert/strict';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { PolicyStore } from '../refund/policy-store.ts';
import type { RefundStore } from '../refund/store.ts';
import type { WorkingCalendar } from '../../../shared/settings/calendars.ts';
import type { ScheduleClient } from './schedule-client.ts';
import { deadlineKinds, deadlinesOf } from './deadlines.ts';

const retryBudgetMs = 15_000;

type Dependencies = {
  store: Pick<RefundStore, 'refund'>;
  policies: Pick<PolicyStore, 'version'>;
  schedules: ScheduleClient;
  calendar: WorkingCalendar;
};

/**
 * Creates, changes and deletes the schedules of a refund to match its current status, whichever event arrived. It reads
 * the refund again at the end, so that a schedule which is created late does not remain after the decision.
 */
export const scheduleDeadlines =
  ({ store, policies, schedules, calendar }: Dependencies) =>
  (refundId: string, now: () => number): Promise<'scheduled'> =>
    retryOnConflict(retryBudgetMs, async () => {
      const refund = await store.refund(refundId);
      assert(refund, `The refund ${refundId} of an event does not exist`);
      const { waiting } = await policies.version(refund.policy.version);
      const deadlines = deadlinesOf(refund, waiting, calendar);
      await Promise.all(
        deadlineKinds.map((kind) => {
          const deadline = deadlines.find((each) => each.kind === kind);
          return deadline ? schedules.put(deadline, now()) : schedules.remove({ refundId, kind });
        }),
      );
      const after = await store.refund(refundId);
      return after?.version === refund.version ? 'scheduled' : undefined;
    });
