import { afterEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../../../infra/local/gateway/aws-call.ts';
import type { Deliver } from '../../../../infra/local/context.ts';
import { createEventBus } from '../../../../infra/local/events/event-bus.ts';
import type { Resource } from '../../../../infra/local/template/template.ts';
import { callOf, localContext, resource } from '../local-context.ts';

const account = 'eu-west-1:000000000000';
const queueArn = (name: string) => `arn:aws:sqs:${account}:${name}`;
const functionArn = (name: string) => `arn:aws:lambda:${account}:function:${name}`;
const ruleArn = (name: string) => `arn:aws:events:${account}:rule/orders/${name}`;
const busArn = (name: string) => `arn:aws:events:${account}:event-bus/${name}`;

const bus = (name = 'orders') => resource('AWS::Events::EventBus', name, { Name: name }, busArn(name));
const queue = (name: string) => resource('AWS::SQS::Queue', name, {}, queueArn(name));
const rule = (name: string, properties: Record<string, unknown>) =>
  resource(
    'AWS::Events::Rule',
    name,
    { EventBusName: 'orders', EventPattern: { source: ['shop'] }, ...properties },
    ruleArn(name),
  );
/** The CDK's queue policy for a rule's target, with its deny statement for plain HTTP. */
const queuePolicy = (queueName: string, ruleName: string) =>
  resource('AWS::SQS::QueuePolicy', `${queueName}Policy`, {
    Queues: [queueName],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 'sqs:*',
          Resource: queueArn(queueName),
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: ['sqs:SendMessage', 'sqs:GetQueueUrl'],
          Resource: queueArn(queueName),
          Condition: { ArnEquals: { 'aws:SourceArn': ruleArn(ruleName) } },
        },
      ],
    },
  });
const permission = (functionName: string, ruleName: string) =>
  resource('AWS::Lambda::Permission', `${functionName}Permission`, {
    Action: 'lambda:InvokeFunction',
    FunctionName: functionArn(functionName),
    Principal: 'events.amazonaws.com',
    SourceArn: ruleArn(ruleName),
  });
const toQueue = (target: Record<string, unknown> = {}): Resource[] => [
  bus(),
  queue('work'),
  queue('dead'),
  queuePolicy('work', 'R'),
  queuePolicy('dead', 'R'),
  rule('R', { Targets: [{ Id: 'T', Arn: queueArn('work'), DeadLetterConfig: { Arn: queueArn('dead') }, ...target }] }),
];

/** A role for EventBridge with permission for an action on the bus `audit`. */
const role = (actions: string) =>
  resource(
    'AWS::IAM::Role',
    'forward',
    {
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action: actions, Resource: busArn('audit') }] } }],
    },
    'arn:aws:iam::000000000000:role/forward',
  );

const entry = (changes: Record<string, unknown> = {}) => ({
  EventBusName: 'orders',
  Source: 'shop',
  DetailType: 'OrderPlaced',
  Detail: '{"orderId":"o1"}',
  ...changes,
});

type Sent = { arn: string; body: unknown; options: Parameters<Deliver>[2] };

let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

/** An event bus; `receive` is called for its targets and may throw. */
function startBus(resources: Resource[], receive: (arn: string) => void = () => {}) {
  const local = localContext(resources);
  const clock = { ahead: 0 };
  const sent: Sent[] = [];
  const start = (context: typeof local.context, accept: typeof receive) => {
    const deliver: Deliver = async (arn, payload, options) => {
      accept(arn);
      sent.push({ arn, body: JSON.parse(payload), options });
    };
    return createEventBus({ ...context, now: () => Date.now() + clock.ahead }, { deliver });
  };
  const events = start(local.context, receive);
  close = async () => {
    await events.stop();
    local.remove();
  };
  const call = async (operation: string, body: unknown) => {
    const response = await events.handle(
      callOf({ service: 'events', operation, body: Buffer.from(JSON.stringify(body)) }),
    );
    return JSON.parse(String(response.body));
  };
  return {
    ...local,
    clock,
    sent,
    events,
    call,
    start,
    putEvents: (...Entries: unknown[]) => call('PutEvents', { Entries }),
  };
}

const refuse = (code: string) => () => {
  throw new AwsError(code, 'No.');
};

describe('PutEvents', () => {
  test('delivers the event in its envelope to matching rules before it returns', async () => {
    const { putEvents, sent } = startBus(toQueue());
    const { Entries, FailedEntryCount } = await putEvents(entry({ Resources: ['r1'], Time: 1_700_000_000 }));
    expect(FailedEntryCount).toBe(0);
    expect(sent).toEqual([
      {
        arn: queueArn('work'),
        options: {},
        body: {
          version: '0',
          id: Entries[0].EventId,
          'detail-type': 'OrderPlaced',
          source: 'shop',
          account: '000000000000',
          time: '2023-11-14T22:13:20Z',
          region: 'eu-west-1',
          resources: ['r1'],
          detail: { orderId: 'o1' },
        },
      },
    ]);
  });

  test('stores nothing for successful deliveries', async () => {
    const { putEvents, context, events } = startBus(toQueue());
    await putEvents(entry(), entry());
    expect(context.state.db.prepare('SELECT count(*) AS rows FROM deliveries').get()).toEqual({ rows: 0 });
    expect(events.pending()).toBe(0);
  });

  test.each([
    ['another source', entry({ Source: 'other' })],
    ['another bus', entry({ EventBusName: 'default' })],
  ])('does not deliver %s to the rule', async (_, other) => {
    const { putEvents, sent } = startBus(toQueue());
    expect(await putEvents(other)).toMatchObject({ FailedEntryCount: 0 });
    expect(sent).toEqual([]);
  });

  test('delivers nothing for a disabled rule', async () => {
    const [first, ...rest] = toQueue().toReversed();
    const disabled = rule('R', { ...first?.properties, State: 'DISABLED' });
    const { putEvents, sent } = startBus([...rest, disabled]);
    await putEvents(entry());
    expect(sent).toEqual([]);
  });

  test.each([
    ['no source', { Source: undefined }, 'InvalidArgument'],
    ['no detail type', { DetailType: '' }, 'InvalidArgument'],
    ['no detail', { Detail: null }, 'InvalidArgument'],
    ['a detail that is not JSON', { Detail: '{' }, 'MalformedDetail'],
    ['a detail that is not an object', { Detail: '[1]' }, 'MalformedDetail'],
    ['a source that is reserved for AWS', { Source: 'aws.s3' }, 'NotAuthorizedForSourceException'],
    ['an unknown bus', { EventBusName: 'nowhere' }, 'ResourceNotFoundException'],
    ['an invalid time', { Time: 'soon' }, 'InvalidArgument'],
  ])('refuses only the entry with %s', async (_, change, code) => {
    const { putEvents, sent } = startBus(toQueue());
    const { Entries, FailedEntryCount } = await putEvents(entry(change), entry());
    expect(FailedEntryCount).toBe(1);
    expect(Entries).toEqual([
      { ErrorCode: code, ErrorMessage: expect.any(String) },
      { EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);
    expect(sent).toHaveLength(1);
  });

  test.each([
    ['no entry', []],
    ['eleven entries', Array.from({ length: 11 }, () => entry())],
    ['more than 1 MB', [entry({ Detail: JSON.stringify({ note: 'x'.repeat(1024 * 1024) }) })]],
  ])('refuses a call with %s', async (_, entries) => {
    const { putEvents, sent } = startBus(toQueue());
    await expect(putEvents(...entries)).rejects.toMatchObject({ code: 'ValidationException' });
    expect(sent).toEqual([]);
  });

  test('requires events:PutEvents on each bus of its entries', () => {
    const { events } = startBus(toQueue());
    const body = Buffer.from(JSON.stringify({ Entries: [entry(), entry(), entry({ EventBusName: undefined })] }));
    expect(events.permissions(callOf({ service: 'events', operation: 'PutEvents', body }))).toEqual([
      { action: 'events:PutEvents', resource: busArn('orders') },
      { action: 'events:PutEvents', resource: busArn('default') },
    ]);
  });
});

describe('a target', () => {
  test.each([
    ['a constant', { Input: '{"run":"now"}' }, { run: 'now' }],
    ['a part of the event', { InputPath: '$.detail' }, { orderId: 'o1' }],
    [
      'a template',
      {
        InputTransformer: {
          InputPathsMap: { id: '$.detail.orderId', all: '$.detail', none: '$.detail.none', first: '$.resources[0]' },
          InputTemplate:
            '{"id":<id>,"text":"order <id> of <aws.events.rule-name>","all":<all>,"none":<none>,"first":<first>}',
        },
      },
      { id: 'o1', text: 'order o1 of R', all: { orderId: 'o1' }, none: '', first: 'a"b' },
    ],
    [
      'a line of text',
      { InputTransformer: { InputPathsMap: { first: '$.resources[0]' }, InputTemplate: '"<first> came"' } },
      'a"b came',
    ],
  ])('receives %s as its input', async (_, input, expected) => {
    const { putEvents, sent } = startBus(toQueue(input));
    await putEvents(entry({ Resources: ['a"b'] }));
    expect(sent[0]?.body).toEqual(expected);
  });

  test('that is a FIFO queue receives the message group of the rule', async () => {
    const { putEvents, sent } = startBus(toQueue({ SqsParameters: { MessageGroupId: 'g' } }));
    await putEvents(entry());
    expect(sent[0]?.options).toEqual({ messageGroupId: 'g' });
  });

  test('that fails is retried until it accepts the event', async () => {
    let failures = 1;
    const { putEvents, sent, events, clock } = startBus(toQueue(), () => {
      failures -= 1;
      if (failures >= 0) throw new Error('busy');
    });
    await putEvents(entry());
    expect(sent).toEqual([]);
    expect(events.pending()).toBe(1);
    clock.ahead += 5000;
    await expect.poll(() => sent).toHaveLength(1);
    expect(events.pending()).toBe(0);
  });

  test('that failed is retried after a restart', async () => {
    const { putEvents, sent, events, reopened, start, clock } = startBus(toQueue(), refuse('InternalFailure'));
    await putEvents(entry());
    await events.stop();
    const next = reopened();
    clock.ahead += 5000;
    const again = start(next.context, () => {});
    close = async () => {
      await again.stop();
      next.remove();
    };
    await expect.poll(() => sent.map(({ arn }) => arn)).toEqual([queueArn('work')]);
    await expect.poll(again.pending).toBe(0);
  });

  test('that fails for all retries moves the event to the dead-letter queue', async () => {
    const resources = toQueue({ RetryPolicy: { MaximumRetryAttempts: 1 }, InputPath: '$.detail' });
    const { putEvents, sent, clock, events } = startBus(resources, (arn) => {
      if (arn === queueArn('work')) throw new AwsError('ThrottlingException', 'Slow down.');
    });
    await putEvents(entry());
    clock.ahead += 5000;
    await expect.poll(() => sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ arn: queueArn('dead'), body: { source: 'shop', detail: { orderId: 'o1' } } });
    const attributes = sent[0]?.options?.messageAttributes ?? {};
    expect(
      Object.fromEntries(Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue])),
    ).toEqual({
      RULE_ARN: ruleArn('R'),
      TARGET_ARN: queueArn('work'),
      ERROR_CODE: 'THROTTLING',
      ERROR_MESSAGE: 'Slow down.',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
      RETRY_ATTEMPTS: '1',
    });
    expect(events.pending()).toBe(0);
  });

  test('that fails beyond the maximum event age moves the event to the dead-letter queue', async () => {
    const resources = toQueue({ RetryPolicy: { MaximumEventAgeInSeconds: 60 } });
    const { putEvents, sent, clock } = startBus(resources, (arn) => {
      if (arn === queueArn('work')) throw new Error('busy');
    });
    await putEvents(entry());
    clock.ahead += 61_000;
    await expect.poll(() => sent).toHaveLength(1);
    expect(sent[0]?.options?.messageAttributes).toMatchObject({
      EXHAUSTED_RETRY_CONDITION: { StringValue: 'MaximumEventAgeInSeconds' },
    });
  });

  test('that does not exist moves the event to the dead-letter queue immediately', async () => {
    const { putEvents, sent } = startBus(toQueue(), (arn) => {
      if (arn === queueArn('work')) throw new AwsError('AWS.SimpleQueueService.NonExistentQueue', 'Gone.');
    });
    await putEvents(entry());
    expect(sent[0]).toMatchObject({
      arn: queueArn('dead'),
      options: {
        messageAttributes: { ERROR_CODE: { StringValue: 'NO_RESOURCE' }, RETRY_ATTEMPTS: { StringValue: '0' } },
      },
    });
  });

  test.each([
    ['no policy', (each: Resource) => each.name !== 'workPolicy'],
    ['no queue', (each: Resource) => each.name !== 'work'],
  ])('that is a queue with %s for the rule receives nothing', async (_, keeps) => {
    const { putEvents, sent } = startBus(toQueue().filter(keeps));
    await putEvents(entry());
    expect(sent).toMatchObject([
      { arn: queueArn('dead'), options: { messageAttributes: { ERROR_CODE: { StringValue: 'NO_PERMISSIONS' } } } },
    ]);
  });

  test('that is a queue whose policy names another rule receives nothing', async () => {
    const resources = toQueue().map((each) =>
      each.name.endsWith('Policy') ? queuePolicy(each.name.slice(0, -6), 'S') : each,
    );
    const { putEvents, sent, logged } = startBus(resources);
    await putEvents(entry());
    expect(sent).toEqual([]);
    expect(logged.join('\n')).toContain('discarded an event');
  });

  test.each([
    ['its permission', [permission('F', 'R')], 1],
    ['no permission', [], 0],
    ["another rule's permission", [permission('F', 'S')], 0],
  ])('that is a function with %s is invoked accordingly', async (_, permissions, times) => {
    const target = { Id: 'T', Arn: functionArn('F') };
    const { putEvents, sent } = startBus([bus(), ...permissions, rule('R', { Targets: [target] })]);
    await putEvents(entry());
    expect(sent.map(({ arn }) => arn)).toEqual(Array.from({ length: times }, () => functionArn('F')));
  });

  test.each([
    ['lets it', 'events:PutEvents', 1],
    ['lacks the permission', 'events:TestEventPattern', 0],
  ])('that is another bus receives the event unchanged if the role %s', async (_, action, times) => {
    const { putEvents, sent } = startBus([
      ...toQueue(),
      bus('audit'),
      role(action),
      rule('Forward', {
        Targets: [{ Id: 'T', Arn: busArn('audit'), RoleArn: 'arn:aws:iam::000000000000:role/forward' }],
      }),
      rule('Audit', { EventBusName: 'audit', Targets: [{ Id: 'T', Arn: queueArn('kept') }] }),
      queue('kept'),
      queuePolicy('kept', 'Audit'),
    ]);
    const { Entries } = await putEvents(entry());
    const kept = sent.filter(({ arn }) => arn === queueArn('kept'));
    expect(kept.map(({ body }) => body)).toEqual(
      Array.from({ length: times }, () => expect.objectContaining({ id: Entries[0].EventId, source: 'shop' })),
    );
  });
});

describe('the rules of a template are refused', () => {
  test.each([
    [
      'with an invalid pattern',
      rule('R', { EventPattern: { source: [{ like: 'a' }] } }),
      /Test\/R: .*Unrecognized match type like/,
    ],
    ['on an unknown bus', rule('R', { EventBusName: 'nowhere' }), /nowhere, which does not exist/],
    [
      'with an unknown target',
      rule('R', { Targets: [{ Id: 'T', Arn: `arn:aws:sns:${account}:topic` }] }),
      /cannot deliver events to/,
    ],
    [
      'with an unsupported property of a target',
      rule('R', { Targets: [{ Id: 'T', Arn: queueArn('work'), EcsParameters: {} }] }),
      /EcsParameters/,
    ],
    [
      'with an undefined variable',
      rule('R', { Targets: [{ Id: 'T', Arn: queueArn('work'), InputTransformer: { InputTemplate: '"<id>"' } }] }),
      /uses <id>/,
    ],
    ['that forward events in a cycle', rule('R', { Targets: [{ Id: 'T', Arn: busArn('orders') }] }), /back to it/],
  ])('%s', (_, broken, message) => {
    expect(() => startBus([bus(), broken])).toThrow(message);
  });
});

test('entries of AWS services reach the rules of their bus', async () => {
  const { events, sent } = startBus(toQueue());
  await events.put(busArn('orders'), [{ Source: 'shop', DetailType: 'x', Detail: '{}' }]);
  expect(sent).toHaveLength(1);
  await expect(events.put('nowhere', [])).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});

test('TestEventPattern returns whether an event matches', async () => {
  const { call } = startBus([bus()]);
  const event = { id: '1', account: '1', source: 's', time: 't', region: 'r', resources: [], 'detail-type': 'd' };
  const testPattern = (pattern: string, body: unknown = event) =>
    call('TestEventPattern', { EventPattern: pattern, Event: JSON.stringify(body) });
  expect(await testPattern('{"source":["s"]}')).toEqual({ Result: true });
  expect(await testPattern('{"source":["t"]}')).toEqual({ Result: false });
  await expect(testPattern('{"source":"s"}')).rejects.toMatchObject({ code: 'InvalidEventPatternException' });
  await expect(testPattern('{"source":["s"]}', {})).rejects.toMatchObject({ code: 'ValidationException' });
});
