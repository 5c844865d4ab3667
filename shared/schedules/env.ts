import * as z from 'zod';

/** The schedule group, the targets of its schedules, and the role that they assume. */
export const ScheduleEnv = z.object({
  SCHEDULE_GROUP_NAME: z.string().min(1),
  SCHEDULE_QUEUE_ARN: z.string().min(1),
  SCHEDULE_DEAD_LETTER_QUEUE_ARN: z.string().min(1),
  SCHEDULE_ROLE_ARN: z.string().min(1),
});
export type ScheduleEnv = z.infer<typeof ScheduleEnv>;
