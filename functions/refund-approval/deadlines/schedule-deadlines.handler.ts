import { SchedulerClient } from '@aws-sdk/client-scheduler';
import * as z from 'zod';
import * as refunds from '../../../shared/contracts/refunds/events.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { currentRefundCalendar } from '../../../shared/settings/current-settings-store.ts';
import { createPolicyStore } from '../refund/policy-store.ts';
import { createRefundStore } from '../refund/store.ts';
import { Env } from './env.ts';
import { createScheduleClient } from './schedule-client.ts';
import { scheduleDeadlines } from './schedule-deadlines.ts';

const envelope = z.discriminatedUnion('detail-type', [
  refunds.RefundRequested.envelope,
  refunds.RefundAmended.envelope,
  refunds.RefundApproved.envelope,
  refunds.RefundReturnReceived.envelope,
  refunds.RefundRejected.envelope,
  refunds.RefundWithdrawn.envelope,
  refunds.RefundExpired.envelope,
]);

/** One throttled call of three repeats the whole message, so the SDK retries more often than its default of 3. */
const maxAttempts = 6;

const { CALENDAR, ...env } = Env.parse(process.env);
const db = openDatabase();
const store = createRefundStore(db, env);
const policies = createPolicyStore(db, env.REFUND_TABLE_NAME);
const schedules = createScheduleClient(new SchedulerClient({ maxAttempts }), env);
const calendarInForce = currentRefundCalendar(db, env, CALENDAR);

export const handler = queueHandler({ envelope }, async ({ detail }) => {
  const schedule = scheduleDeadlines({ store, policies, schedules, calendar: await calendarInForce() });
  await schedule(detail.data.refundId, Date.now);
});
