import { SchedulerClient } from '@aws-sdk/client-scheduler';
import * as z from 'zod';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import * as refunds from '../../../shared/contracts/refunds/events.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { scheduleDeadlines } from './schedule-deadlines.ts';
import { WaitingEnv } from '../env.ts';
import { createPolicyStore } from '../refund/policy-store.ts';
import { createSchedules } from './deadline-schedules-client.ts';
import { createRefundStore } from '../refund/store.ts';

const envelope = z.discriminatedUnion('detail-type', [
  refunds.RefundRequested.envelope,
  refunds.RefundAmended.envelope,
  refunds.RefundApproved.envelope,
  refunds.RefundReturnReceived.envelope,
  refunds.RefundRejected.envelope,
  refunds.RefundWithdrawn.envelope,
  refunds.RefundExpired.envelope,
]);

/** Three schedules are three chances to be throttled, which the whole message would then be repeated for. */
const schedulerTries = 6;

const { CALENDAR, ...env } = WaitingEnv.parse(process.env);
const db = openDatabase();
const arrangeDeadlines = scheduleDeadlines({
  store: createRefundStore(db, env),
  policies: createPolicyStore(db, env.REFUND_TABLE_NAME),
  schedules: createSchedules(new SchedulerClient({ maxAttempts: schedulerTries }), env),
  calendar: CALENDAR,
});

export const handler = queueHandler({ envelope }, async ({ detail }) => {
  await arrangeDeadlines(detail.data.refundId, Date.now);
});
