import assert from 'node:assert';
import { existsSync, globSync } from 'node:fs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { pauseSeconds } from '../../functions/channel-webhooks/deliveries/decide.ts';
import { deferralDelaysMs } from '../../functions/stock-update/movements/movement-message.ts';
import { store } from '../../infra/store.ts';
import { routesByWorkflow } from '../../shared/contracts/all-routes.ts';
import { app, idsOf, meant, ofType, onlyOf, resources } from './synthesised.ts';

const queues = ofType('AWS::SQS::Queue');
const deadLetterQueues = queues.filter(({ id }) => id.includes('DeadLetters'));
const workQueues = queues.filter(({ id }) => !id.includes('DeadLetters'));
const functions = ofType('AWS::Lambda::Function');
const mappings = ofType('AWS::Lambda::EventSourceMapping');

/** What has an alarm on this metric. */
const watched = (metric: string) =>
  idsOf(
    ofType('AWS::CloudWatch::Alarm')
      .filter(({ properties }) => properties.MetricName === metric)
      .flatMap(({ properties }) => properties.Dimensions.map(({ Value }) => meant(Value))),
  );

test('every message that cannot be handled ends in a queue that keeps it for 14 days and raises an alarm', () => {
  expect(workQueues).not.toHaveLength(0);
  for (const { properties } of workQueues) {
    expect(deadLetterQueues).toContain(meant(properties.RedrivePolicy.deadLetterTargetArn));
  }
  for (const { properties } of deadLetterQueues) expect(properties.MessageRetentionPeriod).toBe(14 * 86_400);
  expect(watched('ApproximateNumberOfMessagesVisible')).toEqual(idsOf(deadLetterQueues));
});

test('a webhook that waits for as long as we try is given up by its function, not by its queue', () => {
  const queue = workQueues.find(({ id }) => id.startsWith('ChannelWebhooksDeliveries'));
  const receives = store.webhooks.maxAgeSeconds / pauseSeconds(100);
  // With room for its own retries, and for the shorter pauses of an endpoint that comes and goes.
  expect(queue?.properties.RedrivePolicy.maxReceiveCount).toBeGreaterThan(receives + 100);
});

test('a movement that waits for what it has overtaken outlasts an outage as others do', () => {
  const receives = ({ properties }: (typeof workQueues)[number]) => properties.RedrivePolicy.maxReceiveCount;
  const [messages, others] = ['StockUpdateMessages', 'OrderIntakeRisk'].map((name) =>
    workQueues.find(({ id }) => id.startsWith(name)),
  );
  assert(messages && others);
  expect(receives(messages)).toBe(receives(others) + deferralDelaysMs.length);
});

test('somebody hears of messages that wait too long', () => {
  expect(watched('ApproximateAgeOfOldestMessage')).toEqual(idsOf(workQueues));
});

test('queues are encrypted and refuse plain HTTP', () => {
  const refusing = ofType('AWS::SQS::QueuePolicy')
    .filter(({ properties }) => JSON.stringify(properties).includes('aws:SecureTransport'))
    .flatMap(({ properties }) => properties.Queues.map(meant));
  expect(idsOf(refusing)).toEqual(idsOf(queues));
  for (const { properties } of queues) expect(properties.SqsManagedSseEnabled).toBe(true);
});

test('a message being worked on is not given out a second time, and a bad one does not repeat its neighbours', () => {
  const fromQueue = mappings.filter(({ properties }) => !properties.StartingPosition);
  expect(idsOf(fromQueue.map(({ properties }) => meant(properties.EventSourceArn)))).toEqual(idsOf(workQueues));
  for (const { properties } of fromQueue) {
    const { VisibilityTimeout } = meant(properties.EventSourceArn).properties;
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * meant(properties.FunctionName).properties.Timeout);
    expect(properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  }
});

test('every table with a stream is relayed, event items only, and what cannot be relayed is kept', () => {
  const fromStream = mappings.filter(({ properties }) => properties.StartingPosition);
  const relayed = fromStream.filter(({ properties }) =>
    properties.FilterCriteria.Filters[0].Pattern.includes('"EVENT#"'),
  );
  const tables = ofType('AWS::DynamoDB::Table');
  const silent = tables.filter(({ properties }) => !properties.StreamSpecification);
  // What is counted for risk tells nobody.
  expect(idsOf(silent)).toEqual(new Set(['RiskTable']));
  expect(relayed).toHaveLength(tables.length - silent.length);
  for (const { properties } of fromStream) {
    expect(properties.StartingPosition).toBe('TRIM_HORIZON');
    expect(deadLetterQueues).toContain(meant(properties.DestinationConfig.OnFailure.Destination));
    expect(properties.MaximumRecordAgeInSeconds).toBeLessThan(86_400);
    expect(properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  }
});

test('rules, schedules and jobs that no later run makes up for have a dead-letter queue', () => {
  const schedules = ofType('AWS::Scheduler::Schedule');
  const targets = [
    ...ofType('AWS::Events::Rule').flatMap(({ properties }) => properties.Targets),
    ...schedules.map(({ properties }) => properties.Target),
  ];
  expect(targets).not.toHaveLength(0);
  for (const { DeadLetterConfig } of targets) expect(deadLetterQueues).toContain(meant(DeadLetterConfig.Arn));
  const invoked = ofType('AWS::Lambda::EventInvokeConfig');
  expect(invoked).toHaveLength(schedules.length);
  const isSweep = ({ properties }: (typeof invoked)[0]) => /Sweep/.test(meant(properties.FunctionName).id);
  const [sweeps, daily] = [invoked.filter(isSweep), invoked.filter((one) => !isSweep(one))];
  expect(daily).not.toHaveLength(0);
  for (const { properties } of daily) {
    expect(deadLetterQueues).toContain(meant(properties.DestinationConfig.OnFailure.Destination));
  }
  // The next sweep does what one left: a repetition would only come between, and a record keep an alarm up.
  expect(sweeps).not.toHaveLength(0);
  for (const { properties } of sweeps) {
    expect(properties.DestinationConfig).toBeUndefined();
    expect(properties.MaximumRetryAttempts).toBe(0);
  }
});

test("the nightly reports start at half past midnight by the store's clocks", () => {
  const nightly = ofType('AWS::Scheduler::Schedule').filter(({ id }) => id.includes('NightlyMetrics'));
  expect(nightly).toHaveLength(1);
  for (const { properties } of nightly) {
    expect(properties.ScheduleExpression).toBe('cron(30 0 * * ? *)');
    expect(properties.ScheduleExpressionTimezone).toBe(store.selling.timeZone);
  }
});

test('no role may do everything, nor anything to everything but trace', () => {
  const documents = [
    ...ofType('AWS::IAM::Policy').map(({ properties }) => properties.PolicyDocument),
    ...ofType('AWS::IAM::Role').flatMap(({ properties }) => properties.Policies?.map((p) => p.PolicyDocument) ?? []),
  ];
  const statements = documents.flatMap(({ Statement }) => Statement);
  const actions = statements.flatMap(({ Action }) => Action);
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  const onEverything = statements.filter(({ Resource }) => [Resource].flat().includes('*'));
  const tracing = new Set(['xray:PutTraceSegments', 'xray:PutTelemetryRecords']);
  expect(new Set(onEverything.flatMap(({ Action }) => Action))).toEqual(tracing);
  for (const { properties } of ofType('AWS::IAM::Role')) expect(properties.ManagedPolicyArns).toBeUndefined();
});

test('refunds read orders and write none', () => {
  const statements = ofType('AWS::IAM::Policy')
    .filter(({ id }) => id.startsWith('RefundApproval'))
    .flatMap(({ properties }) => properties.PolicyDocument.Statement);
  const actionsOn = (table: string) =>
    statements.filter(({ Resource }) => JSON.stringify(Resource).includes(table)).flatMap(({ Action }) => Action);
  expect(actionsOn('RefundTable')).toContain('dynamodb:PutItem');
  const onOrders = new Set(actionsOn('OrderTable'));
  expect(onOrders.size).toBeGreaterThan(0);
  const reading = new Set(['BatchGetItem', 'GetItem', 'Query', 'ConditionCheckItem'].map((each) => `dynamodb:${each}`));
  expect([...onOrders].filter((action) => !reading.has(action))).toEqual([]);
});

test('whatever refuses orders for want of stock may end the holds that are over first', () => {
  for (const name of ['Api', 'Queued', 'Exchange', 'Sweep']) {
    const statements = ofType('AWS::IAM::Policy')
      .filter(({ id }) => id.startsWith(`OrderIntake${name}`))
      .flatMap(({ properties }) => properties.PolicyDocument.Statement);
    const actionsOn = (resource: string) =>
      statements
        .filter(({ Resource }) => JSON.stringify(Resource).includes(resource))
        .flatMap(({ Action }) => Action)
        .map((action) => action.replace('dynamodb:', ''));
    expect(actionsOn('/index/byDue'), name).toEqual(['Query']);
    const changing = ['BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'];
    expect(actionsOn('OrderTable'), name).toEqual(expect.arrayContaining(changing));
    expect(actionsOn('StockTable'), name).toContain('UpdateItem');
  }
});

test('each function has a role of its own, a log that ends, traces, and alarms', () => {
  expect(idsOf(functions.map(({ properties }) => meant(properties.Role))).size).toBe(functions.length);
  for (const { properties } of functions) {
    expect(meant(properties.LoggingConfig.LogGroup).properties.RetentionInDays).toBe(90);
    expect(properties.TracingConfig.Mode).toBe('Active');
    expect(properties.Runtime).toBe('nodejs24.x');
  }
  expect(watched('Errors')).toEqual(idsOf(functions));
  expect(watched('Throttles')).toEqual(idsOf(functions));
});

test('every handler is deployed once', () => {
  const entries = functions.map(({ properties }) => properties.Description.split(': ')[1] ?? '');
  expect(entries.toSorted()).toEqual(globSync('**/*.handler.ts', { cwd: 'functions' }).toSorted());
});

test('an alarm says what it means and where to read on, and reaches somebody', () => {
  for (const { id, properties } of ofType('AWS::CloudWatch::Alarm')) {
    const [, readme = ''] = /^\S.*\. What to do: (\S+)$/.exec(properties.AlarmDescription) ?? [];
    expect(existsSync(readme), `${id}: ${properties.AlarmDescription}`).toBe(true);
    expect(properties.AlarmActions).toHaveLength(1);
  }
});

test('every route but the few open ones needs a token with its scope', () => {
  const deployed = ofType('AWS::ApiGatewayV2::Route').map(
    ({ properties: { RouteKey, AuthorizationType, AuthorizationScopes } }) =>
      [RouteKey, AuthorizationType === 'JWT' ? AuthorizationScopes : AuthorizationType] as const,
  );
  const promised = Object.values(routesByWorkflow)
    .flat()
    .map((route) => [route.key, 'scope' in route ? [`storeworks/${route.scope}`] : 'NONE']);
  expect(Object.fromEntries(deployed)).toEqual({ ...Object.fromEntries(promised), $default: 'NONE' });
  const open = deployed.filter(([, needed]) => needed === 'NONE').map(([key]) => key);
  expect(new Set(open)).toEqual(
    new Set([
      '$default',
      'GET /docs',
      'GET /docs/{file}',
      'GET /health',
      'GET /openapi.json',
      // Their body is signed.
      'POST /payments/webhooks/{provider}',
      'POST /webhooks/payments/stripe',
    ]),
  );
});

test('tokens of every client are accepted, and carry the scopes of its settings', () => {
  const clients = ofType('AWS::Cognito::UserPoolClient').map(({ properties }) => properties);
  const granted = clients.map(({ ClientName, AllowedOAuthScopes }) => [
    ClientName,
    AllowedOAuthScopes.map((scope) => scope['Fn::Join'][1].at(-1)),
  ]);
  const settings = Object.entries(store.clients).map(([name, { scopes }]) => [name, scopes.map((s) => `/${s}`)]);
  expect(Object.fromEntries(granted)).toEqual(Object.fromEntries(settings));
  for (const { AllowedOAuthFlows, GenerateSecret } of clients) {
    expect([AllowedOAuthFlows, GenerateSecret]).toEqual([['client_credentials'], true]);
  }
  expect(onlyOf('AWS::ApiGatewayV2::Authorizer').JwtConfiguration.Audience).toHaveLength(clients.length);
});

test('a flash sale is not throttled below what AWS allows an account', () => {
  const limits = onlyOf('AWS::ApiGatewayV2::Stage').DefaultRouteSettings;
  expect(limits).toMatchObject({ ThrottlingBurstLimit: 5000, ThrottlingRateLimit: 10_000 });
});

test('data outlives its stack and a wrong write', () => {
  const tables = ofType('AWS::DynamoDB::Table');
  const buckets = ofType('AWS::S3::Bucket');
  const others = ['AWS::Cognito::UserPool', 'AWS::SecretsManager::Secret'].flatMap(ofType);
  for (const { deletionPolicy } of [...tables, ...buckets, ...others]) {
    expect(deletionPolicy).toBe('Retain');
  }
  for (const { properties } of tables) {
    expect(properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled).toBe(true);
    expect(properties.DeletionProtectionEnabled).toBe(true);
  }
  const streams = tables.flatMap(({ properties }) => properties.StreamSpecification ?? []);
  for (const { StreamViewType } of streams) expect(StreamViewType).toMatch(/^NEW_(AND_OLD_)?IMAGES?$/);
  const versioned = buckets.filter(({ properties }) => properties.VersioningConfiguration?.Status === 'Enabled');
  expect(idsOf(versioned)).toEqual(new Set(['LakeBucket', 'OrderFilesBucket', 'ReportsBucket', 'StockInboxBucket']));
});

test('only what may be forgotten expires: records beside orders, what is counted for risk, and webhook deliveries', () => {
  const expiring = ofType('AWS::DynamoDB::Table').flatMap(({ id, properties: { TimeToLiveSpecification: expiry } }) =>
    expiry ? [[id, expiry]] : [],
  );
  const expiry = { AttributeName: 'expiresAt', Enabled: true };
  expect(Object.fromEntries(expiring)).toEqual({ OrderTable: expiry, RiskTable: expiry, WebhookTable: expiry });
});

test('the store is healthy only if every table answers', () => {
  const health = functions.find(({ properties }) => properties.Description.endsWith('api-root/api.handler.ts'));
  const names = JSON.stringify(health?.properties.Environment.Variables['TABLE_NAMES']);
  for (const { id } of ofType('AWS::DynamoDB::Table')) expect(names).toContain(id);
});

test('data keeps its logical id when constructs move', () => {
  const kept = [
    'AWS::DynamoDB::Table',
    'AWS::S3::Bucket',
    'AWS::Events::EventBus',
    'AWS::Cognito::UserPool',
    'AWS::SecretsManager::Secret',
  ];
  const tableIds = [
    'CatalogTable',
    'StockTable',
    'OrderTable',
    'RiskTable',
    'RefundTable',
    'ReportTable',
    'StockAuditTable',
    'WebhookTable',
  ];
  const bucketIds = ['AccessLogBucket', 'LakeBucket', 'OrderFilesBucket', 'ReportsBucket', 'StockInboxBucket'];
  expect(idsOf(kept.flatMap(ofType))).toEqual(
    new Set([...tableIds, ...bucketIds, 'Bus', 'Users', 'WebhookSecret', 'PaymentProviders']),
  );
});

test('a deployment runs no code but ours', () => {
  expect(resources.filter(({ type }) => /^(Custom::|AWS::CloudFormation::CustomResource)/.test(type))).toEqual([]);
});

test("the stacks pass AWS's own checks", () => {
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  const told = violations.map(({ ruleName, violatingResources }) => [
    ruleName,
    violatingResources.map(({ constructPath }) => constructPath),
  ]);
  expect(told).toEqual([]);
});
