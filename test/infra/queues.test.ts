import assert from 'node:assert';
import { expect, test } from 'vitest';
import { pauseSeconds } from '../../functions/channel-webhooks/endpoints/health.ts';
import { deferralDelaysMs } from '../../functions/stock-update/movements/movement-message.ts';
import { store } from '../../infra/store.ts';
import { idsOf, ofType, resolve, withAlarmOn } from './synthesised.ts';

const queues = ofType('AWS::SQS::Queue');
const deadLetterQueues = queues.filter(({ id }) => id.includes('DeadLetters'));
const workQueues = queues.filter(({ id }) => !id.includes('DeadLetters'));
const mappings = ofType('AWS::Lambda::EventSourceMapping');

test('every queue has a dead-letter queue that keeps messages for 14 days and raises an alarm', () => {
  expect(workQueues).not.toHaveLength(0);
  for (const { properties } of workQueues) {
    expect(deadLetterQueues).toContain(resolve(properties.RedrivePolicy.deadLetterTargetArn));
  }
  for (const { properties } of deadLetterQueues) expect(properties.MessageRetentionPeriod).toBe(14 * 86_400);
  expect(withAlarmOn('ApproximateNumberOfMessagesVisible')).toEqual(idsOf(deadLetterQueues));
});

test('a webhook delivery is given up by its function, before its queue moves it to the dead-letter queue', () => {
  const queue = workQueues.find(({ id }) => id.startsWith('ChannelWebhooks-Deliver'));
  const receives = store.webhooks.maxAgeSeconds / pauseSeconds(100);
  // The function's own retries add receives, and so do the shorter first pauses of an endpoint.
  expect(queue?.properties.RedrivePolicy.maxReceiveCount).toBeGreaterThan(receives + 100);
});

test('attempts of webhooks end before their function does, and take a small part of the account’s concurrency', () => {
  const queue = workQueues.find(({ id }) => id.startsWith('ChannelWebhooks-Deliver'));
  const mapping = mappings.find(({ properties }) => resolve(properties.EventSourceArn) === queue);
  assert(mapping);
  // AWS allows 1,000 concurrent executions by default.
  expect(mapping.properties.ScalingConfig.MaximumConcurrency).toBeLessThanOrEqual(100);
  const { Timeout } = resolve(mapping.properties.FunctionName).properties;
  expect(Timeout).toBeGreaterThanOrEqual(2 * store.webhooks.timeoutSeconds);
});

test('a deferred stock movement has as many retries left as other messages', () => {
  const receives = ({ properties }: (typeof workQueues)[number]) => properties.RedrivePolicy.maxReceiveCount;
  const [messages, others] = ['StockUpdate-MovementMessage', 'OrderIntake-Risk'].map((name) =>
    workQueues.find(({ id }) => id.startsWith(name)),
  );
  assert(messages && others);
  expect(receives(messages)).toBe(receives(others) + deferralDelaysMs.length);
});

test('every queue has an alarm for messages that wait too long', () => {
  expect(withAlarmOn('ApproximateAgeOfOldestMessage')).toEqual(idsOf(workQueues));
});

test('queues are encrypted and refuse plain HTTP', () => {
  const refusing = ofType('AWS::SQS::QueuePolicy')
    .filter(({ properties }) => JSON.stringify(properties).includes('aws:SecureTransport'))
    .flatMap(({ properties }) => properties.Queues.map(resolve));
  expect(idsOf(refusing)).toEqual(idsOf(queues));
  for (const { properties } of queues) expect(properties.SqsManagedSseEnabled).toBe(true);
});

test('messages stay invisible for six times the timeout of their function, and only failed ones are retried', () => {
  const fromQueue = mappings.filter(({ properties }) => !properties.StartingPosition);
  expect(idsOf(fromQueue.map(({ properties }) => resolve(properties.EventSourceArn)))).toEqual(idsOf(workQueues));
  for (const { properties } of fromQueue) {
    const { VisibilityTimeout } = resolve(properties.EventSourceArn).properties;
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * resolve(properties.FunctionName).properties.Timeout);
    expect(properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  }
});

test('the relay reads the event items of every table with a stream, and keeps records that fail', () => {
  const fromStream = mappings.filter(({ properties }) => properties.StartingPosition);
  const relayed = fromStream.filter(({ properties }) =>
    properties.FilterCriteria.Filters[0].Pattern.includes('"EVENT#"'),
  );
  const tables = ofType('AWS::DynamoDB::Table');
  const withoutStream = tables.filter(({ properties }) => !properties.StreamSpecification);
  // No event follows from a velocity counter or from an entry of the audit trail.
  expect(idsOf(withoutStream)).toEqual(new Set(['Data-RiskTable', 'Data-AuditTable']));
  expect(relayed).toHaveLength(tables.length - withoutStream.length);
  for (const { properties } of fromStream) {
    expect(properties.StartingPosition).toBe('TRIM_HORIZON');
    expect(deadLetterQueues).toContain(resolve(properties.DestinationConfig.OnFailure.Destination));
    expect(properties.MaximumRecordAgeInSeconds).toBeLessThan(86_400);
    expect(properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  }
});

test('rules, schedules and daily jobs have a dead-letter queue; sweeps are not retried', () => {
  const schedules = ofType('AWS::Scheduler::Schedule');
  const targets = [
    ...ofType('AWS::Events::Rule').flatMap(({ properties }) => properties.Targets),
    ...schedules.map(({ properties }) => properties.Target),
  ];
  expect(targets).not.toHaveLength(0);
  for (const { DeadLetterConfig } of targets) expect(deadLetterQueues).toContain(resolve(DeadLetterConfig.Arn));
  const invoked = ofType('AWS::Lambda::EventInvokeConfig');
  expect(invoked).toHaveLength(schedules.length);
  const isSweep = ({ properties }: (typeof invoked)[0]) => /Sweep/.test(resolve(properties.FunctionName).id);
  const [sweeps, daily] = [invoked.filter(isSweep), invoked.filter((one) => !isSweep(one))];
  expect(daily).not.toHaveLength(0);
  for (const { properties } of daily) {
    expect(deadLetterQueues).toContain(resolve(properties.DestinationConfig.OnFailure.Destination));
  }
  // The next sweep does the work of a failed one. A retry would only delay it.
  expect(sweeps).not.toHaveLength(0);
  for (const { properties } of sweeps) {
    expect(properties.DestinationConfig).toBeUndefined();
    expect(properties.MaximumRetryAttempts).toBe(0);
  }
});

test('the nightly reports start at 00:30 in the time zone of the store, and are checked at 03:30', () => {
  const nightly = ofType('AWS::Scheduler::Schedule').filter(({ id }) => id.includes('NightlyMetrics'));
  const times = nightly.map(
    ({ properties }) => `${properties.ScheduleExpression} ${properties.ScheduleExpressionTimezone}`,
  );
  const zone = store.selling.timeZone;
  expect(new Set(times)).toEqual(new Set([`cron(30 0 * * ? *) ${zone}`, `cron(30 3 * * ? *) ${zone}`]));
});
