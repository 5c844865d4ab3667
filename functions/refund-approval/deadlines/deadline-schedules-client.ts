import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  type SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import type { ScheduleEnv } from '../env.ts';
import type { Deadline } from './deadlines.ts';

/** A schedule is never made for a time that may be over when it is stored. */
const soonestMs = 60_000;

/** One-time schedules, one of each kind for a refund, that put its deadlines on the queue and then are gone. */
export function createSchedules(client: SchedulerClient, env: ScheduleEnv) {
  const GroupName = env.SCHEDULE_GROUP_NAME;
  const nameOf = ({ refundId, kind }: Pick<Deadline, 'refundId' | 'kind'>) => `${refundId}.${kind}`;

  return {
    /** Makes the schedule, or changes the one that there is. `now` in ms since the epoch. */
    async put(deadline: Deadline, now: number): Promise<void> {
      const input = {
        Name: nameOf(deadline),
        GroupName,
        ScheduleExpression: `at(${secondOf(Math.max(Date.parse(deadline.dueAt), now + soonestMs))})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: env.SCHEDULE_QUEUE_ARN,
          RoleArn: env.SCHEDULE_ROLE_ARN,
          Input: JSON.stringify(deadline),
          DeadLetterConfig: { Arn: env.SCHEDULE_DEAD_LETTER_QUEUE_ARN },
        },
      } satisfies CreateScheduleCommandInput;
      const isNew = await unless('ConflictException', client.send(new CreateScheduleCommand(input)));
      if (!isNew) await client.send(new UpdateScheduleCommand(input));
    },

    /** Also if there is none. */
    async remove(deadline: Pick<Deadline, 'refundId' | 'kind'>): Promise<void> {
      const Name = nameOf(deadline);
      await unless('ResourceNotFoundException', client.send(new DeleteScheduleCommand({ Name, GroupName })));
    },
  };
}
export type Schedules = ReturnType<typeof createSchedules>;

/** Whether it was done; not, if it failed with an error of this name. */
async function unless(errorName: string, work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === errorName) return false;
    throw error;
  }
}

/** In UTC, as `at(…)` wants it; schedules know no parts of a second. */
const secondOf = (ms: number) => new Date(Math.ceil(ms / 1000) * 1000).toISOString().slice(0, 19);
