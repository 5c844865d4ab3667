import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  type SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import type { Deadline } from './deadlines.ts';
import type { ScheduleEnv } from './env.ts';

/** EventBridge Scheduler does not run a schedule whose time has passed when it is created. */
const leadTimeMs = 60_000;

/** One-time schedules: one per refund and deadline kind. Each sends a message to the deadline queue, then is deleted. */
export function createScheduleClient(client: SchedulerClient, env: ScheduleEnv) {
  const GroupName = env.SCHEDULE_GROUP_NAME;
  const nameOf = ({ refundId, kind }: Pick<Deadline, 'refundId' | 'kind'>) => `${refundId}.${kind}`;

  return {
    /** Creates or updates the schedule. `now` in ms since the epoch. */
    async put(deadline: Deadline, now: number): Promise<void> {
      const input = {
        Name: nameOf(deadline),
        GroupName,
        ScheduleExpression: `at(${secondOf(Math.max(Date.parse(deadline.dueAt), now + leadTimeMs))})`,
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

    /** Succeeds if there is no schedule. */
    async remove(deadline: Pick<Deadline, 'refundId' | 'kind'>): Promise<void> {
      const Name = nameOf(deadline);
      await unless('ResourceNotFoundException', client.send(new DeleteScheduleCommand({ Name, GroupName })));
    },
  };
}
export type ScheduleClient = ReturnType<typeof createScheduleClient>;

/** False if the call failed with an error of this name. */
async function unless(errorName: string, work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === errorName) return false;
    throw error;
  }
}

/** The format of `at(…)`: UTC, in whole seconds. */
const secondOf = (ms: number) => new Date(Math.ceil(ms / 1000) * 1000).toISOString().slice(0, 19);
