import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { createLambda } from '../../../../infra/local/lambda/lambda.ts';
import { callOf } from '../local-context.ts';
import { functionOf, type SmallResource, smallContext } from '../small-template.ts';

const arnOf = (name: string) => `arn:aws:lambda:eu-west-1:000000000000:function:${name}`;
const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

type Options = { directory?: string; retryDelaysMs?: [number, number]; refuse?: boolean; denied?: string };

function start(resources: SmallResource[], { directory, retryDelaysMs = [1, 1], refuse, denied }: Options = {}) {
  const small = smallContext(resources, directory === undefined ? {} : { directory });
  cleanups.push(small.close);
  const delivered: { arn: string; payload: string }[] = [];
  const lambda = createLambda(small.context, {
    gatewayUrl: 'http://127.0.0.1:9',
    functionEnvironment: { GREETING: 'default', STAGE: 'local' },
    credentialsOf: (name) => ({ accessKeyId: `function.${name}`, secretAccessKey: 'local' }),
    deliver: async (arn, payload) => {
      if (refuse) throw new Error('no such queue');
      delivered.push({ arn, payload });
    },
    authorize: (_role, { action }) => (action === denied ? 'denied' : 'allowed'),
    retryDelaysMs,
  });
  let isOpen = true;
  const stop = async () => {
    if (isOpen) await lambda.stop();
    isOpen = false;
  };
  cleanups.push(stop);
  const log = (name: string) => readFileSync(join(small.directory, 'logs', `${name}.log`), 'utf8');
  const invoke = (name: string, event: unknown = {}) => lambda.invoke(arnOf(name), JSON.stringify(event));
  const untilIdle = async () => {
    await expect.poll(lambda.pending, { interval: 10 }).toBe(0);
  };
  return { ...small, lambda, delivered, invoke, log, untilIdle, stop };
}

const settingsOf = (name: string, settings: Record<string, unknown>): SmallResource => ({
  id: `${name}Async`,
  type: 'AWS::Lambda::EventInvokeConfig',
  properties: { FunctionName: name, Qualifier: '$LATEST', ...settings },
});

const value = async (result: Promise<{ kind: string; payload?: string }>) => {
  const { kind, payload = '' } = await result;
  if (kind !== 'ok') throw new Error(`${kind}: ${payload}`);
  return JSON.parse(payload) as unknown;
};

describe('a sandbox', () => {
  test('has the function’s environment in UTC, and no variable of the engine’s process', async () => {
    process.env.ENGINE_SECRET = 'not for functions';
    const code = 'export const handler = async () => ({ ...process.env, hour: new Date(2026, 6, 1).toISOString() })';
    const { invoke } = start([functionOf('env', code, { Environment: { Variables: { GREETING: 'hello' } } })]);
    const environment = await value(invoke('env'));
    expect(environment).toMatchObject({
      GREETING: 'hello',
      STAGE: 'local',
      AWS_REGION: 'eu-west-1',
      AWS_LAMBDA_FUNCTION_NAME: 'env',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_ACCESS_KEY_ID: 'function.env',
      _HANDLER: 'index.handler',
      hour: '2026-07-01T00:00:00.000Z',
    });
    expect(environment).not.toHaveProperty('ENGINE_SECRET');
    expect(environment).not.toHaveProperty('HOME');
  });

  test('shares its compile cache, which is hidden from the function', async () => {
    const code = 'export const handler = async () => process.env.NODE_COMPILE_CACHE ?? null';
    const { directory, invoke } = start([functionOf('kept', code)]);
    expect(await value(invoke('kept'))).toBeNull();
    // Compiled code of the worker and of the handler.
    const kept = () => globSync(join(directory, 'compile-cache/*/*'));
    await expect.poll(kept).toHaveLength(3);
  });

  test('keeps module state between events, and has a request id for each event', async () => {
    const code = `let calls = 0;
      export const handler = async (event, context) => ({ calls: (calls += 1), event, id: context.awsRequestId,
        arn: context.invokedFunctionArn, group: context.logGroupName, left: context.getRemainingTimeInMillis() })`;
    const { invoke } = start([functionOf('warm', code)]);
    const first = await value(invoke('warm', { n: 1 }));
    expect(first).toMatchObject({ calls: 1, event: { n: 1 }, arn: arnOf('warm'), group: '/aws/lambda/warm' });
    const second = (await value(invoke('warm', { n: 2 }))) as { id: string; left: number };
    expect(second).toMatchObject({ calls: 2, event: { n: 2 } });
    expect(second.left).toBeGreaterThan(2000);
    expect(second.id).not.toBe((first as { id: string }).id);
  });

  test('writes the function’s output to its log file', async () => {
    const { invoke, log } = start([
      functionOf('talk', `export const handler = async () => { console.log('to out'); console.error('to err'); }`),
    ]);
    expect(await value(invoke('talk'))).toBeNull();
    expect(log('talk')).toBe('to out\nto err\n');
  });

  test('loads a native addon in several workers at once', async () => {
    const code = `import { createRequire } from 'node:module';
      const { DuckDBInstance } = createRequire(${JSON.stringify(import.meta.filename)})('@duckdb/node-api');
      export const handler = async () => {
        const connection = await (await DuckDBInstance.create(':memory:')).connect();
        await new Promise((resolve) => setTimeout(resolve, 200));
        return (await connection.runAndReadAll('SELECT 40 + 2 AS response')).getRowObjects();
      }`;
    const { invoke } = start([functionOf('duck', code, { MemorySize: 512, Timeout: 30 })]);
    const results = await Promise.all(Array.from({ length: 3 }, () => value(invoke('duck'))));
    expect(results).toEqual(results.map(() => [{ response: 42 }]));
  });
});

describe('a failing function', () => {
  const cases: [string, string, { errorType: string; errorMessage: RegExp }][] = [
    [
      'throws',
      `export const handler = async () => { throw new RangeError('too far') }`,
      { errorType: 'RangeError', errorMessage: /^too far$/ },
    ],
    [
      'throws a value other than an Error',
      `export const handler = async () => { throw 'text' }`,
      { errorType: 'string', errorMessage: /^text$/ },
    ],
    [
      'returns a value without JSON',
      `export const handler = async () => 10n`,
      { errorType: 'Error', errorMessage: /stringify/ },
    ],
    [
      'exits',
      `export const handler = async () => process.exit(3)`,
      { errorType: 'Runtime.ExitError', errorMessage: /exit status 3/ },
    ],
    [
      'exits with code 0',
      `export const handler = async () => process.exit(0)`,
      { errorType: 'Runtime.ExitError', errorMessage: /without providing a reason/ },
    ],
    [
      'throws in a callback',
      `export const handler = () => new Promise(() => setTimeout(() => { throw new Error('stray') }, 5))`,
      { errorType: 'Error', errorMessage: /stray/ },
    ],
    [
      'has an unhandled rejection',
      `export const handler = () => new Promise(() => { Promise.reject(new Error('lost')) })`,
      { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: /Error: lost/ },
    ],
    ['is missing', `export const other = 1`, { errorType: 'Runtime.HandlerNotFound', errorMessage: /index\.handler/ }],
    [
      'has a syntax error',
      `export const handler = async ( => 1`,
      { errorType: 'Runtime.UserCodeSyntaxError', errorMessage: /SyntaxError/ },
    ],
    [
      'imports a missing module',
      `import 'nowhere-to-be-found'; export const handler = 1`,
      { errorType: 'Runtime.ImportModuleError', errorMessage: /nowhere-to-be-found/ },
    ],
    ['throws while loading', `throw new TypeError('no table')`, { errorType: 'TypeError', errorMessage: /no table/ }],
    ['exits while loading', `process.exit(7)`, { errorType: 'Runtime.ExitError', errorMessage: /exit status 7/ }],
    [
      'takes a callback',
      `export const handler = (event, context, callback) => callback(null, 1)`,
      { errorType: 'Runtime.CallbackHandlerDeprecated', errorMessage: /callback/ },
    ],
    [
      'returns more than 6 MB',
      `export const handler = async () => 'x'.repeat(6_300_000)`,
      { errorType: 'Function.ResponseSizeTooLarge', errorMessage: /6291556/ },
    ],
    [
      'exceeds its memory',
      `export const handler = async () => { const all = []; for (;;) all.push(new Array(100_000).fill({})); }`,
      { errorType: 'Runtime.ExitError', errorMessage: /signal: killed/ },
    ],
    [
      'never ends',
      `export const handler = async () => { for (;;); }`,
      { errorType: 'Sandbox.Timedout', errorMessage: /Task timed out after 1\.00 seconds/ },
    ],
  ];
  test.each(cases)('that %s returns its error, and the next event gets a new sandbox', async (_name, code, error) => {
    const { invoke, lines } = start([
      functionOf('bad', code, { Timeout: error.errorType === 'Sandbox.Timedout' ? 1 : 20 }),
    ]);
    for (let round = 0; round < 2; round += 1) {
      const result = await invoke('bad');
      expect(result).toMatchObject({ kind: 'error', errorType: error.errorType });
      if (result.kind !== 'error') throw new Error('unreachable');
      expect(result.errorMessage).toMatch(error.errorMessage);
      expect(JSON.parse(result.payload)).toMatchObject({ errorType: error.errorType });
    }
    expect(lines).toHaveLength(2);
  });

  test('does not affect other sandboxes', async () => {
    const code = `export const handler = async ({ n }) => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      if (n % 5 === 0) process.exit(1);
      return n;
    }`;
    const { invoke } = start([functionOf('mixed', code)]);
    const results = await Promise.all(Array.from({ length: 20 }, (_, n) => invoke('mixed', { n })));
    expect(results.map(({ kind }) => kind)).toEqual(
      Array.from({ length: 20 }, (_, n) => (n % 5 === 0 ? 'error' : 'ok')),
    );
  });
});

describe('concurrency', () => {
  const slow = `let busy = false;
    export const handler = async ({ n }) => {
      if (busy) throw new Error('two events at once');
      busy = true; await new Promise((resolve) => setTimeout(resolve, 50)); busy = false;
      return n;
    }`;

  test('without a limit is eight sandboxes; more requests wait', async () => {
    const { invoke } = start([functionOf('free', slow)]);
    const results = await Promise.all(Array.from({ length: 40 }, (_, n) => value(invoke('free', { n }))));
    expect(results).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  test('exceeds three sandboxes per core while they wait for I/O', async () => {
    const own = `const id = crypto.randomUUID();
      export const handler = async () => { await new Promise((resolve) => setTimeout(resolve, 4000)); return id; }`;
    const { invoke } = start([functionOf('waiting', own, { Timeout: 30 })]);
    const sandboxes = new Set(await Promise.all(Array.from({ length: 8 }, () => value(invoke('waiting')))));
    expect(sandboxes.size).toBeGreaterThan(Math.min(3 * availableParallelism(), 7));
  });

  test('over the reserved concurrency is throttled', async () => {
    const { invoke } = start([functionOf('two', slow, { ReservedConcurrentExecutions: 2 })]);
    const results = await Promise.all(Array.from({ length: 5 }, (_, n) => invoke('two', { n })));
    expect(results.map(({ kind }) => kind)).toEqual(['ok', 'ok', 'throttled', 'throttled', 'throttled']);
  });

  test('of zero disables the function', async () => {
    const { invoke } = start([functionOf('off', slow, { ReservedConcurrentExecutions: 0 })]);
    expect(await invoke('off')).toEqual({ kind: 'throttled' });
  });
});

describe('an asynchronous event', () => {
  const failing = `export const handler = async () => { console.log('tried'); throw new Error('no luck') }`;
  const queue = 'arn:aws:sqs:eu-west-1:000000000000:failures';

  test('is retried twice, and its record goes to the on-failure destination', async () => {
    const { lambda, delivered, log, untilIdle, lines } = start([
      functionOf('sad', failing),
      settingsOf('sad', { DestinationConfig: { OnFailure: { Destination: queue } } }),
    ]);
    lambda.invokeAsync(arnOf('sad'), '{"order":1}');
    expect(lambda.pending()).toBe(1);
    await untilIdle();
    expect(log('sad')).toBe('tried\ntried\ntried\n');
    expect(delivered).toMatchObject([{ arn: queue }]);
    expect(JSON.parse(delivered[0]?.payload ?? '')).toEqual({
      version: '1.0',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      requestContext: {
        requestId: expect.stringMatching(/^[\da-f-]{36}$/),
        functionArn: `${arnOf('sad')}:$LATEST`,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: { order: 1 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'Error', errorMessage: 'no luck', trace: expect.any(Array) },
    });
    expect(lines.at(-1)).toContain('failed (RetriesExhausted, 3 attempts)');
  });

  test('that succeeds goes to the bus of its on-success destination', async () => {
    const bus = 'arn:aws:events:eu-west-1:000000000000:event-bus/main';
    const { lambda, delivered, untilIdle } = start([
      functionOf('glad', 'export const handler = async (event) => event.order'),
      settingsOf('glad', { DestinationConfig: { OnSuccess: { Destination: bus } } }),
    ]);
    lambda.invokeAsync(arnOf('glad'), '{"order":7}');
    await untilIdle();
    const entry = JSON.parse(delivered[0]?.payload ?? '') as { Detail: string };
    expect(entry).toMatchObject({ Source: 'lambda', DetailType: 'Lambda Function Invocation Result - Success' });
    expect(JSON.parse(entry.Detail)).toMatchObject({
      requestContext: { condition: 'Success', approximateInvokeCount: 1 },
      responsePayload: 7,
    });
  });

  test('goes to the dead-letter queue unchanged, without a retry if MaximumRetryAttempts is 0', async () => {
    const { lambda, delivered, log, untilIdle } = start([
      functionOf('dead', failing, { DeadLetterConfig: { TargetArn: queue } }),
      settingsOf('dead', { MaximumRetryAttempts: 0 }),
    ]);
    lambda.invokeAsync(arnOf('dead'), '{"order":2}');
    await untilIdle();
    expect(log('dead')).toBe('tried\n');
    expect(delivered).toEqual([{ arn: queue, payload: '{"order":2}' }]);
  });

  test('older than the maximum age is not retried', async () => {
    const { lambda, delivered, log, untilIdle, clock } = start(
      [
        functionOf('late', failing),
        settingsOf('late', { MaximumEventAgeInSeconds: 60, DestinationConfig: { OnFailure: { Destination: queue } } }),
      ],
      { retryDelaysMs: [30_000, 30_000] },
    );
    lambda.invokeAsync(arnOf('late'), '{}');
    await expect.poll(() => log('late')).toBe('tried\n');
    await sleep(50);
    clock.ahead = 61_000;
    await untilIdle();
    expect(log('late')).toBe('tried\n');
    expect(JSON.parse(delivered[0]?.payload ?? '')).toMatchObject({
      requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 1 },
    });
  });

  test('waits while the function is throttled', async () => {
    const { lambda, invoke, log, untilIdle } = start([
      functionOf(
        'one',
        `export const handler = async ({ ms, say }) => { await new Promise((r) => setTimeout(r, ms)); console.log(say) }`,
        { ReservedConcurrentExecutions: 1 },
      ),
    ]);
    const first = invoke('one', { ms: 300, say: 'first' });
    lambda.invokeAsync(arnOf('one'), '{"ms":0,"say":"second"}');
    await first;
    await untilIdle();
    expect(log('one')).toBe('first\nsecond\n');
  });

  test('runs after a stop of the engine before or during its invocation', async () => {
    const code = `import { existsSync, appendFileSync } from 'node:fs';
      export const handler = async ({ file, n }) => {
        appendFileSync(file, 'start ' + n + '\\n');
        if (!existsSync(file + '.go')) await new Promise((resolve) => setTimeout(resolve, 60_000));
        appendFileSync(file, 'done ' + n + '\\n');
      }`;
    const first = start([functionOf('again', code, { Timeout: 90, ReservedConcurrentExecutions: 1 })]);
    const file = join(first.directory, 'effects');
    for (const n of [1, 2]) first.lambda.invokeAsync(arnOf('again'), JSON.stringify({ file, n }));
    await expect.poll(() => readFileSync(file, 'utf8')).toBe('start 1\n');
    await first.stop();
    first.leave();
    cleanups.splice(0);

    writeFileSync(`${file}.go`, '');
    const second = start([functionOf('again', code, { Timeout: 90, ReservedConcurrentExecutions: 1 })], {
      directory: first.directory,
    });
    expect(second.lambda.pending()).toBe(2);
    await second.untilIdle();
    expect(readFileSync(file, 'utf8')).toBe('start 1\nstart 1\ndone 1\nstart 2\ndone 2\n');
  });

  test('is deleted with a log line if its destination refuses it', async () => {
    const { lambda, untilIdle, lines } = start(
      [
        functionOf('sad', failing),
        settingsOf('sad', { MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: queue } } }),
      ],
      { refuse: true },
    );
    lambda.invokeAsync(arnOf('sad'), '{}');
    await untilIdle();
    expect(lines.at(-1)).toContain('no such queue');
  });

  test('does not reach a destination without the role’s permission', async () => {
    const { lambda, delivered, untilIdle, lines } = start(
      [
        functionOf('sad', failing),
        settingsOf('sad', { MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: queue } } }),
      ],
      { denied: 'sqs:SendMessage' },
    );
    lambda.invokeAsync(arnOf('sad'), '{}');
    await untilIdle();
    expect(delivered).toEqual([]);
    expect(lines.at(-1)).toContain('not allowed sqs:SendMessage');
  });

  test('is refused over 1 MB, and for an unknown function', () => {
    const { lambda } = start([functionOf('small', failing)]);
    const large = JSON.stringify('x'.repeat(1_048_576));
    expect(() => lambda.invokeAsync(arnOf('small'), large)).toThrow(expect.objectContaining({ status: 413 }));
    expect(() => lambda.invokeAsync(arnOf('other'), '{}')).toThrow(expect.objectContaining({ status: 404 }));
    expect(lambda.pending()).toBe(0);
  });
});

const call = (name: string, body: string, headers: Record<string, string> = {}) =>
  callOf({
    service: 'lambda',
    path: `/2015-03-31/functions/${name}/invocations`,
    headers,
    body: Buffer.from(body),
  });

describe('the Invoke call', () => {
  test('returns the result, or the error and its header', async () => {
    const { lambda } = start([
      functionOf('f', `export const handler = async (e) => { if (e.bad) throw new Error('bad'); return e; }`),
    ]);
    expect(await lambda.handle(call('f', '{"a":1}'))).toMatchObject({ status: 200, body: '{"a":1}' });
    expect(await lambda.handle(call(encodeURIComponent(arnOf('f')), '{}'))).toMatchObject({ status: 200 });
    expect(await lambda.handle(call('f', '{"bad":true}'))).toMatchObject({
      status: 200,
      headers: { 'x-amz-function-error': 'Unhandled' },
      body: expect.stringContaining('"errorMessage":"bad"'),
    });
    expect(await lambda.handle(call('f', '{}', { 'x-amz-invocation-type': 'DryRun' }))).toMatchObject({ status: 204 });
  });

  test('of type Event returns immediately and runs later', async () => {
    const { lambda, log, untilIdle } = start([
      functionOf('f', `export const handler = async () => { console.log('ran') }`),
    ]);
    expect(await lambda.handle(call('f', '{}', { 'x-amz-invocation-type': 'Event' }))).toMatchObject({ status: 202 });
    await untilIdle();
    expect(log('f')).toBe('ran\n');
  });

  test('refuses an unknown function, another version, a body that is not JSON and a throttled function', async () => {
    const { lambda } = start([functionOf('off', 'export const handler = 1', { ReservedConcurrentExecutions: 0 })]);
    await expect(lambda.handle(call('other', '{}'))).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await expect(lambda.handle(call('off:7', '{}'))).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await expect(lambda.handle(call('off', '{'))).rejects.toMatchObject({ code: 'InvalidRequestContentException' });
    await expect(lambda.handle(call('off', '{}'))).rejects.toMatchObject({
      code: 'TooManyRequestsException',
      status: 429,
    });
  });

  test('requires lambda:InvokeFunction on the function', () => {
    const { lambda } = start([functionOf('f', 'export const handler = 1')]);
    const expected = [{ action: 'lambda:InvokeFunction', resource: arnOf('f') }];
    expect(lambda.permissions(call('f', '{}'))).toEqual(expected);
    expect(lambda.permissions(call(encodeURIComponent(arnOf('f')), '{}'))).toEqual(expected);
  });
});

describe('a template', () => {
  test.each([
    ['another runtime', { Runtime: 'nodejs20.x' }, 'Runtime'],
    ['a variable that Lambda reserves', { Environment: { Variables: { AWS_REGION: 'us-east-1' } } }, 'AWS_REGION'],
    ['a timeout beyond 15 minutes', { Timeout: 901 }, 'Timeout'],
    ['a container image', { PackageType: 'Image' }, 'PackageType'],
  ])('with %s is refused in one sentence', (_name, properties, message) => {
    expect(() => start([functionOf('f', 'export const handler = 1', properties)])).toThrow(message);
  });
});
