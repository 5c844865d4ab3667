import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { ScheduleEnv } from '../../../shared/schedules/env.ts';
import { oneTimeSchedules } from '../../../shared/schedules/schedule-client.ts';
import type { Deadline } from './deadlines.ts';

/** One-time schedules: one per refund and deadline kind. Each sends a message to the deadline queue, then is deleted. */
export function createScheduleClient(client: SchedulerClient, env: ScheduleEnv) {
  const schedules = oneTimeSchedules(client, env);
  const nameOf = ({ refundId, kind }: Pick<Deadline, 'refundId' | 'kind'>) => `${refundId}.${kind}`;

  return {
    /** Creates or updates the schedule. `now` in ms since the epoch. */
    put: (deadline: Deadline, now: number) =>
      schedules.put({ name: nameOf(deadline), dueAt: deadline.dueAt, message: deadline }, now),

    /** Succeeds if there is no schedule. */
    remove: (deadline: Pick<Deadline, 'refundId' | 'kind'>) => schedules.remove(nameOf(deadline)),
  };
}
export type ScheduleClient = ReturnType<typeof createScheduleClient>;
