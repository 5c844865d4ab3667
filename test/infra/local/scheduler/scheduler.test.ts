import { afterEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../../../infra/local/gateway/aws-call.ts';
import type { Deliver } from '../../../../infra/local/context.ts';
import { createIam } from '../../../../infra/local/iam/iam.ts';
import { startScheduler } from '../../../../infra/local/scheduler/scheduler.ts';
import type { Resource } from '../../../../infra/local/template/template.ts';
import { callOf, localContext, resource } from '../local-context.ts';

const account = 'eu-west-1:000000000000';
const queueArn = (name: string) => `arn:aws:sqs:${account}:${name}`;
const functionArn = (name: string) => `arn:aws:lambda:${account}:function:${name}`;
const roleArn = 'arn:aws:iam::000000000000:role/Start';
const scheduleArn = (name: string, group = 'default') => `arn:aws:scheduler:${account}:schedule/${group}/${name}`;

const role = (
  actions: string[] = ['sqs:SendMessage', 'lambda:InvokeFunction', 'events:PutEvents'],
  service = 'scheduler.amazonaws.com',
) =>
  resource(
    'AWS::IAM::Role',
    'Start',
    {
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
      },
      Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] } }],
    },
    roleArn,
  );

const target = (changes: Record<string, unknown> = {}) => ({
  Arn: queueArn('work'),
  RoleArn: roleArn,
  Input: '{"run":"<aws.scheduler.scheduled-time>"}',
  DeadLetterConfig: { Arn: queueArn('dead') },
  ...changes,
});
const schedule = (changes: Record<string, unknown> = {}) => ({
  ScheduleExpression: 'cron(30 0 * * ? *)',
  ScheduleExpressionTimezone: 'Europe/London',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: target(),
  ...changes,
});
const declared = (name: string, changes: Record<string, unknown> = {}) =>
  resource('AWS::Scheduler::Schedule', name, schedule(changes), scheduleArn(name));

/** The dead letter's attributes by name. */
const attributesOf = ({ options }: { options: Parameters<Deliver>[2] }) =>
  Object.fromEntries(
    Object.entries(options?.messageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]),
  );

let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

/** A scheduler with a fixed clock; `receive` is called for its targets and may throw. */
function start(
  resources: Resource[],
  { now = '2026-06-01T12:00:00Z', receive = (_arn: string): void => {}, from = localContext(resources) } = {},
) {
  const clock = { now: Date.parse(now) };
  const sent: { arn: string; body: string; options: Parameters<Deliver>[2] }[] = [];
  const deliver: Deliver = async (arn, body, options) => {
    receive(arn);
    sent.push({ arn, body, options });
  };
  const context = { ...from.context, now: () => clock.now };
  const scheduler = startScheduler(context, { deliver, iam: createIam(context.template) });
  close = async () => {
    await scheduler.stop();
    from.remove();
  };
  const moveTo = async (time: string) => {
    clock.now = Date.parse(time);
    scheduler.checkNow();
    await expect.poll(scheduler.pending, { interval: 5 }).toBe(0);
  };
  const api = async (method: string, path: string, body?: unknown) => {
    const [pathname = '', query = ''] = path.split('?');
    const response = await scheduler.handle(
      callOf({
        service: 'scheduler',
        method,
        path: pathname,
        query: new URLSearchParams(query),
        body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      }),
    );
    return JSON.parse(String(response.body));
  };
  /** Opens the state again, as after a kill. */
  const restart = async (changed: Resource[], time: string) => {
    await scheduler.stop();
    return start(changed, { now: time, receive, from: from.reopened(changed) });
  };
  const bodies = () => sent.map(({ body }) => body);
  return { ...from, clock, sent, bodies, scheduler, moveTo, api, restart };
}

describe('a schedule of the template', () => {
  test('is invoked once a day at its local time', async () => {
    const { moveTo, bodies } = start([role(), declared('Nightly')]);
    await moveTo('2026-06-01T23:29:59Z');
    expect(bodies()).toEqual([]);
    await moveTo('2026-06-01T23:30:00Z');
    await moveTo('2026-06-01T23:30:59Z');
    expect(bodies()).toEqual(['{"run":"2026-06-01T23:30:00Z"}']);
    await moveTo('2026-06-02T23:31:00Z');
    expect(bodies()).toHaveLength(2);
  });

  test('is invoked after a test sets the clock forward', async () => {
    const { clock, sent } = start([role(), declared('Nightly')]);
    clock.now = Date.parse('2026-06-01T23:30:00Z');
    await expect.poll(() => sent).toHaveLength(1);
  });

  test('that was missed while the engine was down is invoked once for its latest occurrence', async () => {
    const resources = [role(), declared('Nightly')];
    const { moveTo, restart } = start(resources);
    await moveTo('2026-06-01T23:30:00Z');
    const again = await restart(resources, '2026-06-05T12:00:00Z');
    await again.moveTo('2026-06-05T12:00:00Z');
    expect(again.bodies()).toEqual(['{"run":"2026-06-04T23:30:00Z"}']);
  });

  test('is not invoked again after a restart with the same definition', async () => {
    const resources = [
      role(),
      declared('Nightly'),
      declared('Once', { ScheduleExpression: 'at(2026-06-02T00:00:00)' }),
    ];
    const { moveTo, restart } = start(resources);
    await moveTo('2026-06-02T00:00:00Z');
    const again = await restart(resources, '2026-06-02T10:00:00Z');
    await again.moveTo('2026-06-02T10:00:00Z');
    expect(again.bodies()).toEqual([]);
  });

  test('counts from the change of its definition, and ends when it is removed from the template', async () => {
    const { restart } = start([role(), declared('Nightly'), declared('Gone')]);
    const changed = [role(), declared('Nightly', { ScheduleExpression: 'cron(0 18 * * ? *)' })];
    const again = await restart(changed, '2026-06-01T12:00:01Z');
    await again.moveTo('2026-06-02T12:00:00Z');
    expect(again.bodies()).toEqual(['{"run":"2026-06-01T17:00:00Z"}']);
  });

  test.each([
    ['an unknown zone', { ScheduleExpressionTimezone: 'Mars' }, /Test\/Nightly: .*"Mars" is not a time zone/],
    ['an invalid expression', { ScheduleExpression: 'cron(0 0 * * *)' }, /six fields/],
    ['an unknown group', { GroupName: 'none' }, /group none does not exist/],
    [
      'a universal target',
      { Target: target({ Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage' }) },
      /universal targets/,
    ],
    ['an unsupported target', { Target: target({ Arn: `arn:aws:sns:${account}:t` }) }, /does not support the target/],
    ['parameters of an unsupported target', { Target: target({ EcsParameters: {} }) }, /EcsParameters/],
    [
      'a bus target without EventBridgeParameters',
      { Target: target({ Arn: `arn:aws:events:${account}:event-bus/b` }) },
      /EventBridgeParameters/,
    ],
    [
      'an input for a function that is not JSON',
      { Target: target({ Arn: functionArn('f'), Input: 'no' }) },
      /must be JSON/,
    ],
    ['a window without a length', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, /MaximumWindowInMinutes/],
  ])('is refused with %s', (_, changes, message) => {
    expect(() => start([role(), declared('Nightly', changes)])).toThrow(message);
  });
});

describe('an invocation', () => {
  test('is stored before it is sent, and is repeated after a kill of the process', async () => {
    const resources = [role(), declared('Nightly')];
    let isBusy = true;
    const { scheduler, clock, sent, restart } = start(resources, {
      receive: () => {
        if (isBusy) throw new Error('busy');
      },
    });
    clock.now = Date.parse('2026-06-01T23:30:00Z');
    scheduler.checkNow();
    await expect.poll(scheduler.pending).toBe(1);
    expect(sent).toEqual([]);
    isBusy = false;
    const again = await restart(resources, '2026-06-01T23:31:00Z');
    await again.moveTo('2026-06-01T23:31:00Z');
    expect(again.bodies()).toEqual(['{"run":"2026-06-01T23:30:00Z"}']);
  });

  test('replaces the context attributes in the input', async () => {
    const input =
      '{"a":"<aws.scheduler.schedule-arn>","e":"<aws.scheduler.execution-id>","n":"<aws.scheduler.attempt-number>"}';
    const { moveTo, bodies } = start([role(), declared('Nightly', { Target: target({ Input: input }) })]);
    await moveTo('2026-06-01T23:30:00Z');
    expect(JSON.parse(bodies()[0] ?? '')).toEqual({
      a: scheduleArn('Nightly'),
      e: expect.stringMatching(/^[0-9a-f-]{36}$/),
      n: '1',
    });
  });

  test("sends AWS's default event for a schedule without an input", async () => {
    const { moveTo, bodies } = start([role(), declared('Nightly', { Target: target({ Input: undefined }) })]);
    await moveTo('2026-06-01T23:30:00Z');
    expect(JSON.parse(bodies()[0] ?? '')).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      time: '2026-06-01T23:30:00Z',
      resources: [scheduleArn('Nightly')],
    });
  });

  test('puts an event on a bus, or a message in a group of a FIFO queue', async () => {
    const busArn = `arn:aws:events:${account}:event-bus/orders`;
    const toBus = target({ Arn: busArn, Input: '{"x":1}', EventBridgeParameters: { Source: 's', DetailType: 'd' } });
    const toFifo = target({ SqsParameters: { MessageGroupId: 'g' } });
    const { moveTo, sent } = start([role(), declared('Bus', { Target: toBus }), declared('Fifo', { Target: toFifo })]);
    await moveTo('2026-06-01T23:30:00Z');
    const bus = sent.find(({ arn }) => arn === busArn);
    expect(JSON.parse(bus?.body ?? '')).toEqual({
      Source: 's',
      DetailType: 'd',
      Detail: '{"x":1}',
      Resources: [scheduleArn('Bus')],
    });
    expect(sent.find(({ arn }) => arn === queueArn('work'))?.options).toEqual({ messageGroupId: 'g' });
  });

  test('goes to the dead-letter queue after its retries', async () => {
    const once = target({ RetryPolicy: { MaximumRetryAttempts: 1 } });
    const { scheduler, clock, sent, logged } = start([role(), declared('Nightly', { Target: once })], {
      receive: (arn) => {
        if (arn === queueArn('work')) throw new AwsError('ThrottlingException', 'Slow down.');
      },
    });
    clock.now = Date.parse('2026-06-01T23:30:00Z');
    scheduler.checkNow();
    await expect.poll(() => logged).toHaveLength(1);
    clock.now += 5000;
    await expect.poll(() => sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ arn: queueArn('dead'), body: '{"run":"2026-06-01T23:30:00Z"}' });
    expect(sent.map(attributesOf)[0]).toEqual({
      SCHEDULE_ARN: scheduleArn('Nightly'),
      TARGET_ARN: queueArn('work'),
      SCHEDULED_TIME: '2026-06-01T23:30:00Z',
      EXECUTION_ID: expect.any(String),
      ERROR_CODE: 'ThrottlingException',
      ERROR_MESSAGE: 'Slow down.',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
      RETRY_ATTEMPTS: '1',
      IS_PAYLOAD_TRUNCATED: 'false',
    });
  });

  test.each([
    ['has no permission for the target', [role(['sqs:ReceiveMessage'])]],
    ['does not trust the scheduler', [role(undefined, 'lambda.amazonaws.com')]],
    ['does not exist', []],
  ])('with a role that %s does not reach the target', async (_, roles) => {
    const { moveTo, sent, logged } = start([...roles, declared('Nightly')]);
    await moveTo('2026-06-01T23:30:00Z');
    expect(sent).toEqual([]);
    expect(logged.join('\n')).toContain('AccessDeniedException');
  });

  test('with permission only for the dead-letter queue goes there', async () => {
    const onlyQueues = role(['sqs:SendMessage']);
    const toFunction = declared('Nightly', { Target: target({ Arn: functionArn('f') }) });
    const { moveTo, sent } = start([onlyQueues, toFunction]);
    await moveTo('2026-06-01T23:30:00Z');
    expect(sent.map(({ arn }) => arn)).toEqual([queueArn('dead')]);
    expect(sent.map(attributesOf)[0]).toMatchObject({ ERROR_CODE: 'AccessDeniedException', RETRY_ATTEMPTS: '0' });
  });

  test('is within its flexible time window', async () => {
    const window = { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 } };
    const { moveTo, bodies } = start([role(), declared('Nightly', window)]);
    await moveTo('2026-06-01T23:29:59Z');
    expect(bodies()).toEqual([]);
    await moveTo('2026-06-02T00:00:00Z');
    expect(bodies()).toEqual(['{"run":"2026-06-01T23:30:00Z"}']);
  });
});

describe('a rule with a schedule', () => {
  const ruleArn = `arn:aws:events:${account}:rule/Hourly`;
  const rule = (changes: Record<string, unknown> = {}) =>
    resource(
      'AWS::Events::Rule',
      'Hourly',
      { ScheduleExpression: 'rate(1 hour)', Targets: [{ Id: 'T', Arn: functionArn('f') }], ...changes },
      ruleArn,
    );
  const permission = resource('AWS::Lambda::Permission', 'P', {
    Action: 'lambda:InvokeFunction',
    FunctionName: functionArn('f'),
    Principal: 'events.amazonaws.com',
    SourceArn: ruleArn,
  });

  test('sends the scheduled event, first after one period', async () => {
    const { moveTo, bodies, sent } = start([rule(), permission]);
    await moveTo('2026-06-01T12:59:59Z');
    expect(sent).toEqual([]);
    await moveTo('2026-06-01T13:00:00Z');
    expect(sent.map(({ arn }) => arn)).toEqual([functionArn('f')]);
    expect(JSON.parse(bodies()[0] ?? '')).toMatchObject({
      version: '0',
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      time: '2026-06-01T13:00:00Z',
      resources: [ruleArn],
      detail: {},
    });
  });

  test.each([
    ['without the permission', [rule()]],
    ['that is disabled', [rule({ State: 'DISABLED' }), permission]],
  ])('%s has no invocation', async (_, resources) => {
    const { moveTo, sent } = start(resources);
    await moveTo('2026-06-01T13:00:00Z');
    expect(sent).toEqual([]);
  });

  test('and an at(…) expression is refused', () => {
    expect(() => start([rule({ ScheduleExpression: 'at(2026-01-01T00:00:00)' })])).toThrow(/Hourly: A rule takes cron/);
  });
});

describe('the Scheduler API', () => {
  const once = (changes: Record<string, unknown> = {}) =>
    schedule({ ScheduleExpression: 'at(2026-06-01T14:00:00)', ActionAfterCompletion: 'DELETE', ...changes });

  test('creates a one-time schedule that is deleted after its invocation', async () => {
    const { api, moveTo, bodies } = start([role()]);
    expect(await api('POST', '/schedules/expire-o1', once())).toEqual({ ScheduleArn: scheduleArn('expire-o1') });
    await moveTo('2026-06-01T13:00:00Z');
    expect(bodies()).toEqual(['{"run":"2026-06-01T13:00:00Z"}']);
    await expect(api('GET', '/schedules/expire-o1')).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
    });
  });

  test('keeps a schedule after a restart, and invokes it late if its time has passed', async () => {
    const { api, restart } = start([role()]);
    await api('POST', '/schedules/expire-o1', once());
    const again = await restart([role()], '2026-06-03T00:00:00Z');
    await again.moveTo('2026-06-03T00:00:00Z');
    expect(again.bodies()).toEqual(['{"run":"2026-06-01T13:00:00Z"}']);
  });

  test('invokes a one-time schedule in the past immediately', async () => {
    const { api, moveTo, bodies } = start([role()]);
    await api('POST', '/schedules/late', once({ ScheduleExpression: 'at(2020-01-01T00:00:00)' }));
    await moveTo('2026-06-01T12:00:00Z');
    expect(bodies()).toHaveLength(1);
  });

  test('accepts a repeated request with the same ClientToken, and refuses another of the same name', async () => {
    const { api } = start([role()]);
    await api('POST', '/schedules/a', once({ ClientToken: 't1' }));
    expect(await api('POST', '/schedules/a', once({ ClientToken: 't1' }))).toEqual({ ScheduleArn: scheduleArn('a') });
    await expect(api('POST', '/schedules/a', once({ ClientToken: 't2' }))).rejects.toMatchObject({
      code: 'ConflictException',
      status: 409,
    });
  });

  test('returns a schedule with its defaults', async () => {
    const { api } = start([role()]);
    const StartDate = Date.parse('2026-07-01T00:00:00Z') / 1000;
    await api('POST', '/schedules/a', schedule({ StartDate }));
    expect(await api('GET', '/schedules/a')).toMatchObject({
      Name: 'a',
      GroupName: 'default',
      Arn: scheduleArn('a'),
      State: 'ENABLED',
      ActionAfterCompletion: 'NONE',
      StartDate,
      CreationDate: Date.parse('2026-06-01T12:00:00Z') / 1000,
      Target: { RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 } },
    });
  });

  test('replaces a schedule on update; a disabled one is not invoked until it is enabled', async () => {
    const { api, moveTo, bodies } = start([role()]);
    await api('POST', '/schedules/a', schedule());
    await api('PUT', '/schedules/a', schedule({ State: 'DISABLED' }));
    await moveTo('2026-06-01T23:30:00Z');
    expect(bodies()).toEqual([]);
    await api('PUT', '/schedules/a', schedule());
    await moveTo('2026-06-02T23:30:00Z');
    expect(bodies()).toEqual(['{"run":"2026-06-02T23:30:00Z"}']);
    await expect(api('PUT', '/schedules/b', schedule())).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  test('deletes a schedule before its invocation', async () => {
    const { api, moveTo, bodies } = start([role()]);
    await api('POST', '/schedules/a', once());
    await api('DELETE', '/schedules/a?groupName=default&clientToken=t');
    await moveTo('2026-06-02T00:00:00Z');
    expect(bodies()).toEqual([]);
    await expect(api('DELETE', '/schedules/a')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  test('lists schedules by prefix, group and state, page by page', async () => {
    const { api } = start([role()]);
    await api('POST', '/schedule-groups/g');
    for (const name of ['a-1', 'a-2', 'a-3', 'b-1']) await api('POST', `/schedules/${name}`, schedule());
    await api('POST', '/schedules/a-1', schedule({ GroupName: 'g', State: 'DISABLED' }));
    const names = async (query: string): Promise<string[]> => {
      const { Schedules, NextToken } = await api('GET', `/schedules?${query}`);
      const shown = Schedules.map(({ GroupName, Name }: Record<string, string>) => `${GroupName}/${Name}`);
      return NextToken ? [...shown, '|', ...(await names(`${query}&NextToken=${NextToken}`))] : shown;
    };
    expect(await names('NamePrefix=a-&MaxResults=2')).toEqual([
      'default/a-1',
      'default/a-2',
      '|',
      'default/a-3',
      'g/a-1',
    ]);
    expect(await names('ScheduleGroup=g')).toEqual(['g/a-1']);
    expect(await names('State=DISABLED')).toEqual(['g/a-1']);
    await expect(api('GET', '/schedules?NextToken=x')).rejects.toMatchObject({ code: 'ValidationException' });
  });

  test('deletes a group with its schedules, except the default group', async () => {
    const { api, moveTo, bodies } = start([role()]);
    await api('POST', '/schedule-groups/g');
    await expect(api('POST', '/schedule-groups/g')).rejects.toMatchObject({ code: 'ConflictException' });
    await api('POST', '/schedules/a', once({ GroupName: 'g' }));
    expect((await api('GET', '/schedule-groups?NamePrefix=g')).ScheduleGroups).toMatchObject([
      { Name: 'g', State: 'ACTIVE' },
    ]);
    await api('DELETE', '/schedule-groups/g');
    await moveTo('2026-06-02T00:00:00Z');
    expect(bodies()).toEqual([]);
    await expect(api('GET', '/schedule-groups/g')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await expect(api('DELETE', '/schedule-groups/default')).rejects.toMatchObject({ code: 'ValidationException' });
  });

  test.each([
    ['without a target', schedule({ Target: undefined })],
    ['without a window', schedule({ FlexibleTimeWindow: undefined })],
    ['with an invalid expression', schedule({ ScheduleExpression: 'every day' })],
    ['with an end before its start', schedule({ StartDate: 2000, EndDate: 1000 })],
    ['with an invalid ClientToken', schedule({ ClientToken: 'ä' })],
  ])('refuses a schedule %s', async (_, body) => {
    const { api } = start([role()]);
    await expect(api('POST', '/schedules/a', body)).rejects.toMatchObject({ code: 'ValidationException' });
  });

  test('refuses an invalid name, an unknown group and an unsupported call', async () => {
    const { api } = start([role()]);
    await expect(api('POST', '/schedules/a%20b', schedule())).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(api('POST', '/schedules/a', schedule({ GroupName: 'g' }))).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    await expect(api('GET', '/constructor')).rejects.toMatchObject({ code: 'UnknownOperationException' });
  });

  test('requires the permission on the schedule, and iam:PassRole for the role', () => {
    const { scheduler } = start([role()]);
    const permissions = (method: string, path: string, body: unknown, query = '') =>
      scheduler.permissions(
        callOf({ method, path, query: new URLSearchParams(query), body: Buffer.from(JSON.stringify(body)) }),
      );
    expect(permissions('POST', '/schedules/a', schedule({ GroupName: 'g' }))).toEqual([
      { action: 'scheduler:CreateSchedule', resource: scheduleArn('a', 'g') },
      { action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    ]);
    expect(permissions('DELETE', '/schedules/a', {}, 'groupName=g')).toEqual([
      { action: 'scheduler:DeleteSchedule', resource: scheduleArn('a', 'g') },
    ]);
    expect(permissions('GET', '/schedules', {})).toEqual([{ action: 'scheduler:ListSchedules', resource: '*' }]);
  });
});
