import { Stack } from 'aws-cdk-lib';
import type { EventPattern } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { Env, Tables, WaitingVariables } from '../../functions/refund-approval/env.ts';
import {
  RefundAmended,
  RefundApproved,
  RefundExpired,
  RefundRejected,
  RefundRequested,
  RefundWithdrawn,
} from '../../shared/events/refund.ts';
import { channelsOf } from '../../shared/store.ts';
import { DeadlineQueue } from '../constructs/deadline-queue.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
import { WorkflowFunction } from '../constructs/workflow-function.ts';
import type { DataStack } from '../stacks/data.ts';
import { store } from '../store.ts';

/** Refunds: asked for, decided, paid out. */
export function addRefundApproval(scope: Construct, { api, data }: { api: HttpApi; data: DataStack }): void {
  const workflow = new Construct(scope, 'RefundApproval');
  const { refundTable, orderTable, identities } = data;
  const byClientId = <T>(byName: Record<string, T>) =>
    Stack.of(scope).toJsonString(
      Object.fromEntries(Object.entries(byName).map(([name, value]) => [identities.clientIds[name], value])),
    );
  const tables = { REFUND_TABLE_NAME: refundTable.name, ORDER_TABLE_NAME: orderTable.name };
  const handler = new WorkflowFunction(workflow, 'Api', {
    entry: 'refund-approval/api.handler.ts',
    environment: {
      ...tables,
      CHANNELS: byClientId(channelsOf(store.clients)),
      DEPARTMENTS: byClientId(Object.fromEntries(Object.keys(store.clients).map((name) => [name, name]))),
      CALENDAR: calendar,
    } satisfies Env,
    failureMeans: 'Nobody can ask for or decide on refunds.',
  });
  refundTable.grant(handler, 'dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query');
  refundTable.grantIndexQuery(handler, 'byStatus', 'byOrder');
  orderTable.grant(handler, 'dynamodb:BatchGetItem', 'dynamodb:ConditionCheckItem');
  api.serve('refund-approval', handler);

  // Started by hand, from the console.
  const decide = new WorkflowFunction(workflow, 'Decide', {
    entry: 'refund-approval/decide.handler.ts',
    environment: tables,
    failureMeans: 'An administrator could not decide on a refund in the AWS console.',
  });
  refundTable.grant(decide, 'dynamodb:BatchGetItem', 'dynamodb:PutItem');
  addDeadlines(workflow, data, tables);
}

const calendar = JSON.stringify({ ...store.calendar, timeZone: store.selling.timeZone });

/** Reminders, escalation and the end of what waits: schedules that follow the events of a refund. */
function addDeadlines(workflow: Construct, { refundTable, bus }: DataStack, tables: Tables): void {
  const deadlines = new DeadlineQueue(workflow, 'Deadlines', {
    entry: 'refund-approval/deadline.handler.ts',
    environment: tables,
    failureMeans: 'Refunds that nobody decides on are neither called to mind nor ended.',
  });
  refundTable.grant(deadlines.function, 'dynamodb:BatchGetItem', 'dynamodb:PutItem');
  const { function: keeper } = new QueueConsumer(workflow, 'Waiting', {
    bus,
    event: { pattern: waitingChanged },
    entry: 'refund-approval/waiting.handler.ts',
    environment: { ...tables, ...deadlines.scheduleEnvironment, CALENDAR: calendar } satisfies WaitingVariables,
    failureMeans: 'Nobody is reminded of new refund requests, and they do not end.',
  });
  refundTable.grant(keeper, 'dynamodb:BatchGetItem');
  deadlines.grantSchedule(keeper);
}

const waitingChanged: EventPattern = {
  source: RefundRequested.pattern.source,
  detailType: [RefundRequested, RefundAmended, RefundApproved, RefundRejected, RefundWithdrawn, RefundExpired].map(
    ({ detailType }) => detailType,
  ),
  // Not what the policy decided at once: it never waited.
  detail: {
    $or: [
      { data: { status: ['pending-approval', 'awaiting-return'] } },
      { data: { version: [{ numeric: ['>', 1] }] } },
    ],
  },
};
