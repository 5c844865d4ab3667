import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  type SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import type { ScheduleEnv } from './env.ts';

/** EventBridge Scheduler does not run a schedule whose time has passed when it is created. */
const leadTimeMs = 60_000;

/** A message for the schedule queue at `dueAt` (RFC 3339). `name` has up to 64 letters, digits, dots, dashes or underscores. */
export type ScheduledMessage = { name: string; dueAt: string; message: object };

/** One-time schedules by name. Each sends a message to the schedule queue, then is deleted. */
export function oneTimeSchedules(client: SchedulerClient, env: ScheduleEnv) {
  const GroupName = env.SCHEDULE_GROUP_NAME;

  return {
    /** Creates or updates the schedule. `now` in ms since the epoch. */
    async put({ name, dueAt, message }: ScheduledMessage, now: number): Promise<void> {
      const input = {
        Name: name,
        GroupName,
        ScheduleExpression: `at(${secondOf(Math.max(Date.parse(dueAt), now + leadTimeMs))})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: env.SCHEDULE_QUEUE_ARN,
          RoleArn: env.SCHEDULE_ROLE_ARN,
          Input: JSON.stringify(message),
          DeadLetterConfig: { Arn: env.SCHEDULE_DEAD_LETTER_QUEUE_ARN },
        },
      } satisfies CreateScheduleCommandInput;
      const isNew = await unless('ConflictException', client.send(new CreateScheduleCommand(input)));
      if (!isNew) await client.send(new UpdateScheduleCommand(input));
    },

    /** Succeeds if there is no schedule. */
    async remove(name: string): Promise<void> {
      await unless('ResourceNotFoundException', client.send(new DeleteScheduleCommand({ Name: name, GroupName })));
    },
  };
}
export type OneTimeSchedules = ReturnType<typeof oneTimeSchedules>;

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
