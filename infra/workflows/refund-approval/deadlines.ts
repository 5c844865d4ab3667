import type { Env } from '../../../functions/refund-approval/deadlines/env.ts';
import type { TablesEnv } from '../../../functions/refund-approval/refund/env.ts';
import * as events from '../../../shared/contracts/refunds/events.ts';
import { all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { orders } from '../../data/orders.ts';
import { refunds } from '../../data/refunds.ts';
import { storeSettings } from '../../data/settings.ts';
import { settings } from '../../settings.ts';

/** Reminders, escalation and expiry of refunds that wait: one-time schedules, kept up to date by refund events. */
export function addDeadlines(stack: WorkflowStack): void {
  const deadlines = stack.scheduleQueue<TablesEnv>({
    handler: 'refund-approval/deadline.handler.ts',
    uses: all(refunds.writer, orders.named),
    errorImpact: 'Refunds without a decision are neither escalated nor expired, and approvers get no reminder.',
  });
  stack.onEvents<Env>(waitingEvents, {
    // A refund that the policy decides at once has no deadlines: it is in another status at version 1.
    where: { $or: [{ status: ['pending-approval', 'awaiting-return'] }, { version: [{ numeric: ['>', 1] }] }] },
    handler: 'refund-approval/deadlines/schedule-deadlines.handler.ts',
    uses: all(refunds.reader, orders.named, deadlines.scheduler, storeSettings.reader, settings.calendar),
    errorImpact: 'Approvers get no reminder of new refund requests, and the requests do not expire.',
  });
}

const waitingEvents = [
  events.RefundRequested,
  events.RefundAmended,
  events.RefundApproved,
  events.RefundReturnReceived,
  events.RefundRejected,
  events.RefundWithdrawn,
  events.RefundExpired,
];
