import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { CallFault, Faults, InvocationFault } from '../../../infra/local/faults.ts';
import { jsonResponse } from '../../../infra/local/gateway/aws-call.ts';
import { createGateway } from '../../../infra/local/gateway/gateway.ts';
import { signedFetch } from './gateway/signed-fetch.ts';
import { createIam } from '../../../infra/local/iam/iam.ts';
import { createLambda } from '../../../infra/local/lambda/lambda.ts';
import type { EndedInvocation } from '../../../infra/local/observer.ts';
import { functionOf, smallContext } from './small-template.ts';

/** A gateway with a service that records its calls; callers are the function `Place` and the administrator. */
async function gatewayWith(fault: CallFault | undefined) {
  const small = smallContext([functionOf('Place', '')]);
  onTestFinished(small.close);
  const reached: string[] = [];
  const bodies: string[] = [];
  const crashed: string[] = [];
  const observed: string[] = [];
  const onCall = vi.fn<NonNullable<Faults['onCall']>>(() => fault);
  const handle = async ({ operation, body }: { operation: string; body: Buffer }) => {
    reached.push(operation);
    bodies.push(body.toString());
    return jsonResponse({ done: true });
  };
  const gateway = createGateway(
    {
      ...small.context,
      faults: { onCall },
      observer: {
        onResponse: ({ functionName, call }, { status }) =>
          observed.push(`${functionName} ${call.operation} ${status}`),
      },
    },
    {
      iam: createIam(small.context.template),
      accessKey: (id) => ({
        secretAccessKey: 'local',
        roleArn: id === 'function.Place' ? 'arn:aws:iam::000000000000:role/Place' : undefined,
      }),
      services: { dynamodb: { permissions: () => [], handle } },
      crash: (sessionToken) => crashed.push(sessionToken),
    },
  );
  const server = createServer(gateway);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const call = (accessKeyId = 'function.Place') =>
    signedFetch(
      'dynamodb',
      { accessKeyId, secretAccessKey: 'local', sessionToken: 'sandbox-1' },
      `http://127.0.0.1:${port}/`,
      { method: 'POST', headers: { 'x-amz-target': 'DynamoDB_20120810.PutItem', connection: 'close' }, body: '{}' },
    ).then(
      ({ status }) => status,
      () => 'no response',
    );
  return { call, reached, bodies, crashed, observed, onCall };
}

test('a refused call does not reach the service', async () => {
  const { call, reached } = await gatewayWith({
    kind: 'refused',
    response: jsonResponse({ __type: 'Throttled' }, 400),
  });
  expect(await call()).toBe(400);
  expect(reached).toEqual([]);
});

test('the service handles a call whose response is lost', async () => {
  const { call, reached, crashed } = await gatewayWith({ kind: 'response-lost' });
  expect(await call()).toBe('no response');
  expect(reached).toEqual(['PutItem']);
  expect(crashed).toEqual([]);
});

test.each([
  ['before', []],
  ['after', ['PutItem']],
] as const)('a crash %s the call kills the calling sandbox', async (when, done) => {
  const { call, reached, crashed } = await gatewayWith({ kind: 'crash', when });
  expect(await call()).toBe('no response');
  expect(reached).toEqual(done);
  expect(crashed).toEqual(['sandbox-1']);
});

test('the service handles a slow call after its delay', async () => {
  const { call, reached } = await gatewayWith({ kind: 'slow', milliseconds: 100 });
  const answered = call();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(reached).toEqual([]);
  expect(await answered).toBe(200);
  expect(reached).toEqual(['PutItem']);
});

test('the service receives a part of a partial call, and the caller receives the failed entries', async () => {
  const complete = ({ body }: { body: string | Buffer }) => jsonResponse({ done: String(body), missing: 1 }, 207);
  const { call, bodies } = await gatewayWith({ kind: 'partial', part: Buffer.from('{"half":1}'), complete });
  expect(await call()).toBe(207);
  expect(bodies).toEqual(['{"half":1}']);
});

test('calls of the administrator have no faults', async () => {
  const { call, onCall } = await gatewayWith({ kind: 'response-lost' });
  expect(await call('administrator')).toBe(200);
  expect(onCall).not.toHaveBeenCalled();
});

test('an observer receives calls of functions with their responses, also injected ones, and no other calls', async () => {
  const sound = await gatewayWith(undefined);
  await sound.call();
  await sound.call('administrator');
  expect(sound.observed).toEqual(['Place PutItem 200']);
  const refused = await gatewayWith({ kind: 'refused', response: jsonResponse({ __type: 'Throttled' }, 400) });
  await refused.call();
  expect(refused.observed).toEqual(['Place PutItem 400']);
});

const working = `import { appendFileSync } from 'node:fs';
  export const handler = async ({ file, hangs, pauseMs = 0 }) => {
    appendFileSync(file, process.env.AWS_SESSION_TOKEN + '\\n');
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (hangs) await new Promise(() => setInterval(() => {}, 1000));
    return Date.now();
  }`;

const credentialsOf = (name: string) => ({ accessKeyId: name, secretAccessKey: 'local' });

/** A function that writes the session token of its sandbox to a file on each run. */
function functionWith(faults: Faults = {}) {
  const small = smallContext([functionOf('Work', working, { Timeout: 900 })]);
  const ended: EndedInvocation[] = [];
  const lambda = createLambda(
    { ...small.context, faults, observer: { onInvoked: (invocation) => ended.push(invocation) } },
    { gatewayUrl: 'http://127.0.0.1:9', credentialsOf, deliver: async () => {} },
  );
  onTestFinished(async () => {
    await lambda.stop();
    small.close();
  });
  const file = join(small.directory, 'runs');
  // The file may exist before its first line does.
  const runs = () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []);
  const invoke = (event = {}) =>
    lambda.invoke('arn:aws:lambda:eu-west-1:000000000000:function:Work', JSON.stringify({ file, ...event }));
  return { ...small, lambda, invoke, runs, ended };
}

test.each([
  ['crash-before', { kind: 'error', errorType: 'Runtime.ExitError' }, 0],
  ['crash-after', { kind: 'error', errorType: 'Runtime.ExitError' }, 1],
  ['throttled', { kind: 'throttled' }, 0],
] as const)('an invocation that is %s', async (fault: InvocationFault, result, count) => {
  const { invoke, runs } = functionWith({ onInvocation: () => fault });
  expect(await invoke()).toMatchObject(result);
  expect(runs()).toHaveLength(count);
});

test('a killed sandbox fails only its own event, and a new sandbox replaces it', async () => {
  const { lambda, invoke, runs } = functionWith();
  const dying = invoke({ hangs: true });
  await expect.poll(runs, { interval: 10 }).toHaveLength(1);
  const [sessionToken = ''] = runs();
  lambda.crash(sessionToken);
  expect(await dying).toMatchObject({ kind: 'error', errorType: 'Runtime.ExitError' });
  expect(await invoke()).toMatchObject({ kind: 'ok' });
  expect(new Set(runs()).size).toBe(2);
});

test('functions use the engine’s clock', async () => {
  const { invoke, clock } = functionWith();
  clock.ahead = 3_600_000;
  const result = await invoke();
  expect(Number(result.kind === 'ok' && result.payload) - Date.now()).toBeGreaterThan(3_500_000);
});

test('an observer receives the duration of an event without the start of its sandbox', async () => {
  const { invoke, ended } = functionWith();
  const started = performance.now();
  await invoke({ pauseMs: 60 });
  const elapsedMs = performance.now() - started;
  const [invocation] = ended;
  expect(JSON.parse(invocation?.payload ?? '')).toMatchObject({ pauseMs: 60 });
  expect(invocation).toMatchObject({ functionName: 'Work' });
  expect(invocation?.durationMs).toBeGreaterThan(58);
  // The start of a worker takes longer than this.
  expect(invocation?.durationMs).toBeLessThan(elapsedMs - 5);
  expect(ended).toHaveLength(1);
});
