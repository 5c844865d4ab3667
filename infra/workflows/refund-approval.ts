import { Duration, Stack } from 'aws-cdk-lib';
import { type EventPattern, Match } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { Env, OverpaidEnv, PayoutEnv, Tables, WaitingVariables } from '../../functions/refund-approval/env.ts';
import {
  OrderCancelled,
  OrderEdited,
  OrderLinesCancelled,
  PaymentRecorded,
} from '../../shared/contracts/orders/life-cycle-events.ts';
import { OrderPlaced, ReplacementRefused } from '../../shared/contracts/orders/events.ts';
import {
  RefundAmended,
  RefundApproved,
  ExchangeRefused,
  ExchangeSettled,
  RefundExpired,
  RefundPaidTwice,
  RefundPayoutStarted,
  RefundRejected,
  RefundRequested,
  RefundReturnReceived,
  RefundWithdrawn,
} from '../../shared/contracts/refunds/events.ts';
import { customerIndex } from '../../shared/orders/order-keys.ts';
import { channelsOf } from '../../shared/store.ts';
import { DeadlineQueue } from '../constructs/deadline-queue.ts';
import { addEventAlert } from '../constructs/event-alert.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
import { ScheduledJob } from '../constructs/scheduled-job.ts';
import { WorkflowFunction } from '../constructs/workflow-function.ts';
import type { DataStack } from '../stacks/data.ts';
import { store } from '../store.ts';

/** Refunds: asked for, decided, paid out. */
export function addRefundApproval(scope: Construct, { api, data }: { api: HttpApi; data: DataStack }): void {
  const workflow = new Construct(scope, 'RefundApproval');
  const { refundTable, orderTable, catalogTable, stockTable, identities } = data;
  const byClientId = <T>(byName: Record<string, T>) =>
    Stack.of(scope).toJsonString(
      Object.fromEntries(Object.entries(byName).map(([name, value]) => [identities.clientIds[name], value])),
    );
  const tables = { REFUND_TABLE_NAME: refundTable.name, ORDER_TABLE_NAME: orderTable.name };
  const handler = new WorkflowFunction(workflow, 'Api', {
    entry: 'refund-approval/api.handler.ts',
    environment: {
      ...tables,
      CATALOG_TABLE_NAME: catalogTable.name,
      STOCK_TABLE_NAME: stockTable.name,
      CHANNELS: byClientId(channelsOf(store.clients)),
      DEPARTMENTS: byClientId(Object.fromEntries(Object.keys(store.clients).map((name) => [name, name]))),
      RETURN_ADDRESSES: JSON.stringify(store.returnAddresses),
      CALENDAR: calendar,
    } satisfies Env,
    failureMeans: 'Nobody can ask for or decide on refunds.',
  });
  refundTable.grant(handler, 'dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query');
  refundTable.grantIndexQuery(handler, 'byStatus', 'byOrder');
  orderTable.grant(handler, 'dynamodb:BatchGetItem', 'dynamodb:ConditionCheckItem');
  orderTable.grantIndexQuery(handler, customerIndex.name);
  catalogTable.grant(handler, 'dynamodb:BatchGetItem');
  stockTable.grant(handler, 'dynamodb:BatchGetItem');
  api.serve('refund-approval', handler);
  addPayout(workflow, data, tables);
  addExchange(workflow, data, tables);
  addFollowing(workflow, data, tables);

  // Started by hand, from the console.
  const decide = new WorkflowFunction(workflow, 'Decide', {
    entry: 'refund-approval/approvals/console-decision.handler.ts',
    environment: tables,
    failureMeans: 'An administrator could not decide on a refund in the AWS console.',
  });
  refundTable.grant(decide, 'dynamodb:BatchGetItem', 'dynamodb:PutItem');
  addDeadlines(workflow, data, tables);
}

/** What pays approved refunds out, and what hears whether the money arrived. */
function addPayout(workflow: Construct, { bus, refundTable, orderTable, paymentProviders }: DataStack, tables: Tables) {
  const environment = {
    ...tables,
    PAYMENT_PROVIDERS_SECRET_ARN: paymentProviders.arn,
    PROVIDER_TIMEOUT_SECONDS: '10',
  } satisfies PayoutEnv;
  const { function: payout } = new QueueConsumer(workflow, 'Payout', {
    bus,
    event: {
      pattern: {
        source: ['storeworks.refund-approval'],
        detailType: [RefundApproved, RefundReturnReceived, ExchangeSettled, ExchangeRefused, RefundPayoutStarted].map(
          ({ detailType }) => detailType,
        ),
      },
    },
    entry: 'refund-approval/payouts/payout.handler.ts',
    environment,
    failureMeans: 'Approved refunds are not paid: customers wait for their money.',
  });
  const { function: sweep } = new ScheduledJob(workflow, 'PayoutSweep', {
    entry: 'refund-approval/payouts/payout-sweep.handler.ts',
    environment,
    failureMeans: 'Refunds whose provider never told what became of them stay on their way.',
    timeout: Duration.minutes(10),
    runsFor: 'sweep',
    schedule: 'rate(1 hour)',
    timeZone: store.selling.timeZone,
  });
  for (const paying of [payout, sweep]) {
    refundTable.grant(paying, 'dynamodb:BatchGetItem', 'dynamodb:PutItem');
    orderTable.grant(paying, 'dynamodb:BatchGetItem', 'dynamodb:ConditionCheckItem');
    paymentProviders.grantRead(paying);
  }
  refundTable.grantIndexQuery(sweep, 'byStatus');

  const { function: word } = new QueueConsumer(workflow, 'ProviderWord', {
    bus,
    event: {
      pattern: {
        ...PaymentRecorded.pattern,
        detail: { data: { payment: { type: ['refund.succeeded', 'refund.failed'] } } },
      },
    },
    entry: 'refund-approval/payouts/provider-notification.handler.ts',
    environment: tables,
    failureMeans: 'A payment provider sent money back, or did not, and the books do not say so.',
  });
  refundTable.grant(word, 'dynamodb:BatchGetItem', 'dynamodb:PutItem');
  refundTable.grantIndexQuery(word, 'byOrder');
  addEventAlert(workflow, 'PaidTwice', {
    bus,
    event: RefundPaidTwice,
    workflow: 'refund-approval',
    failureMeans: 'A customer has a refund twice, as money and as credit with the store.',
  });
}

/** What hears what became of replacements. */
function addExchange(workflow: Construct, { bus, refundTable }: DataStack, tables: Tables) {
  const { function: exchange } = new QueueConsumer(workflow, 'Exchange', {
    bus,
    event: {
      pattern: {
        source: [OrderPlaced.source],
        detailType: [OrderPlaced.detailType, ReplacementRefused.detailType],
        detail: { data: { exchangeOf: { refundId: Match.exists() } } },
      },
    },
    entry: 'refund-approval/exchanges/exchange.handler.ts',
    environment: tables,
    failureMeans: 'Customers who exchanged goods for cheaper ones, or for what is sold out, wait for their money.',
  });
  refundTable.grant(exchange, 'dynamodb:BatchGetItem', 'dynamodb:PutItem');
}

/** What follows from orders by itself. */
function addFollowing(workflow: Construct, { bus, refundTable, orderTable }: DataStack, tables: Tables) {
  const { function: overpaid } = new QueueConsumer(workflow, 'Overpaid', {
    bus,
    event: {
      pattern: {
        source: [OrderCancelled.source],
        detailType: [OrderCancelled, OrderLinesCancelled, OrderEdited, PaymentRecorded].map(
          ({ detailType }) => detailType,
        ),
        // An order expires before it has money: what comes later is told by its payment.
        detail: {
          data: {
            $or: [
              { cancelledMinor: Match.exists() },
              { differences: { totalMinor: [{ numeric: ['<', 0] }] } },
              { payment: { type: ['payment.captured'] }, order: { balance: ['overpaid'] } },
              { payment: { type: ['payment.captured'] }, order: { status: ['expired'] } },
            ],
          },
        },
      },
    },
    entry: 'refund-approval/overpayment.handler.ts',
    environment: { ...tables, CALENDAR: calendar } satisfies OverpaidEnv,
    failureMeans: 'Customers do not get back what they paid for cancelled units, or for expired orders.',
  });
  refundTable.grant(overpaid, 'dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query');
  orderTable.grant(overpaid, 'dynamodb:BatchGetItem', 'dynamodb:ConditionCheckItem');
  orderTable.grantIndexQuery(overpaid, customerIndex.name);
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
    entry: 'refund-approval/deadlines/schedule-deadlines.handler.ts',
    environment: { ...tables, ...deadlines.scheduleEnvironment, CALENDAR: calendar } satisfies WaitingVariables,
    failureMeans: 'Nobody is reminded of new refund requests, and they do not end.',
  });
  refundTable.grant(keeper, 'dynamodb:BatchGetItem');
  deadlines.grantSchedule(keeper);
}

const waitingChanged: EventPattern = {
  source: RefundRequested.pattern.source,
  detailType: [
    RefundRequested,
    RefundAmended,
    RefundApproved,
    RefundReturnReceived,
    RefundRejected,
    RefundWithdrawn,
    RefundExpired,
  ].map(({ detailType }) => detailType),
  // Not what the policy decided at once: it never waited.
  detail: {
    $or: [
      { data: { status: ['pending-approval', 'awaiting-return'] } },
      { data: { version: [{ numeric: ['>', 1] }] } },
    ],
  },
};
