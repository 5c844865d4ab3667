import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Metrics } from '../alarms/metrics.ts';
import { createAsyncInvocations, awsRetryDelaysMs } from './async-invocations.ts';
import { type AwsResponse, type AwsCall, AwsError, type AwsService, type Permission } from '../gateway/aws-call.ts';
import type { Deliver, LocalContext, Running, Support } from '../context.ts';
import type { Credentials } from '../gateway/access-keys.ts';
import { environmentOf, type FunctionConfig, functionNameOf, readFunctions } from './function-config.ts';
import type { InvocationFault } from '../faults.ts';
import { failed, type InvokeResult, maxSyncBytes, platformFailure } from './invoke-result.ts';
import { createPool, maxSandboxes, type Pool } from './pool.ts';

/** Inert: hardware, tracing, log storage and runtime updates. */
export const supports: Support = {
  'AWS::Lambda::Function': {
    effective: [
      'Code',
      'DeadLetterConfig',
      'Environment',
      'FunctionName',
      'Handler',
      'MemorySize',
      'PackageType',
      'ReservedConcurrentExecutions',
      'Role',
      'Runtime',
      'Timeout',
    ],
    inert: [
      'Architectures',
      'Description',
      'EphemeralStorage',
      'KmsKeyArn',
      'LoggingConfig',
      'RecursiveLoop',
      'RuntimeManagementConfig',
      'Tags',
      'TracingConfig',
    ],
  },
  'AWS::Lambda::EventInvokeConfig': {
    effective: ['DestinationConfig', 'FunctionName', 'MaximumEventAgeInSeconds', 'MaximumRetryAttempts', 'Qualifier'],
    inert: [],
  },
};

/** Maximum size of an asynchronous event in bytes. Source: Lambda quotas. */
const maxAsyncBytes = 1_048_576;
const reapEveryMs = 10_000;
/** Time for running events to finish when the engine stops. */
const stopGraceMs = 10_000;

export type Lambda = AwsService &
  Running & {
    /** Invokes synchronously. Rejects with AwsError for an unknown function or a payload over the limit. */
    invoke: (arn: string, payload: string) => Promise<InvokeResult>;
    /** Queues the event durably; it runs later, with retries. Throws the errors of `invoke`. */
    invokeAsync: (arn: string, payload: string) => void;
    /** Kills the sandbox that signs its calls with this session token. */
    crash: (sessionToken: string) => void;
    exists: (arn: string) => boolean;
    /** Number of invocations that run or wait for a sandbox. */
    inFlight: () => number;
  };

type Parts = {
  gatewayUrl: string;
  /** With which a function signs its calls. */
  credentialsOf: (functionName: string) => Credentials;
  /** Variables of every function, besides its own and Lambda's. */
  functionEnvironment?: Record<string, string> | undefined;
  deliver: Deliver;
  /** Checks the role's permission to send to a destination. @default allows all */
  authorize?: (roleArn: string, permission: Permission) => 'allowed' | 'denied';
  /** Delays before the retries of an asynchronous event. @default as on AWS */
  retryDelaysMs?: readonly [number, number];
};

/** Runs the template's functions. Their output is in `logs/<function>.log` of the state directory. */
export function createLambda(context: LocalContext, parts: Parts): Lambda {
  const { template, state, log } = context;
  const { gatewayUrl, functionEnvironment } = parts;
  const functions = readFunctions(template);
  const logDirectory = join(state.directory, 'logs');
  mkdirSync(logDirectory, { recursive: true });
  const compileCache = join(state.directory, 'compile-cache');
  // Lambda runs in UTC. The time zone is a setting of the process, not of a thread.
  process.env.TZ = 'UTC';

  const pools = new Map<string, Pool>();
  for (const config of functions.values()) {
    const credentials = parts.credentialsOf(config.name);
    const { region } = template;
    const environment = environmentOf(config, { region, gatewayUrl, credentials, functionEnvironment });
    const logFile = join(logDirectory, `${config.name}.log`);
    const onDone = (payload: string, durationMs: number, waitedMs: number) =>
      context.observer?.onInvoked?.({ functionName: config.name, payload, durationMs, waitedMs });
    pools.set(config.arn, createPool(config, { environment, logFile, compileCache, log, now: context.now, onDone }));
  }
  const reaper = setInterval(() => {
    for (const pool of pools.values()) pool.reap();
  }, reapEveryMs);

  const counters = new Map([...functions.values()].map(({ name }) => [name, countersOf(context.metrics, name)]));

  const find = (arn: string, payload: string, maxBytes: number) => {
    const config = functions.get(arn) ?? functions.get(`${functionPrefix(template)}${functionNameOf(arn)}`);
    const pool = config && pools.get(config.arn);
    if (!pool) throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
    const bytes = payload.length * 3 > maxBytes ? Buffer.byteLength(payload) : payload.length;
    if (bytes > maxBytes) {
      const message = `Request must be smaller than ${maxBytes} bytes for the InvokeFunction operation`;
      throw new AwsError('RequestTooLargeException', message, 413);
    }
    return { config, pool };
  };
  const run = async (config: FunctionConfig, pool: Pool, payload: string, requestId?: string) => {
    const fault = context.faults?.onInvocation?.({ functionName: config.name, payload });
    const result = fault ? await runFaulty(fault, pool, payload, requestId) : await pool.invoke(payload, requestId);
    counters.get(config.name)?.(result.kind);
    if (result.kind === 'error') {
      const error = `${result.errorType}: ${firstLine(result.errorMessage)}`;
      log(`${config.name}: ${error}`);
      context.observer?.onFailed?.({ functionName: config.name, error });
    }
    return result;
  };

  const asyncInvocations = createAsyncInvocations(context, {
    functions,
    run: (config, payload, requestId) => run(config, find(config.arn, payload, maxAsyncBytes).pool, payload, requestId),
    concurrency: ({ reservedConcurrency = maxSandboxes }) => Math.max(1, Math.min(reservedConcurrency, maxSandboxes)),
    deliver: parts.deliver,
    authorize: parts.authorize ?? (() => 'allowed'),
    retryDelaysMs: parts.retryDelaysMs ?? awsRetryDelaysMs,
  });

  let synchronous = 0;
  const invoke = async (arn: string, payload: string) => {
    const { config, pool } = find(arn, payload, maxSyncBytes);
    synchronous += 1;
    try {
      return await run(config, pool, payload);
    } finally {
      synchronous -= 1;
    }
  };
  const invokeAsync = (arn: string, payload: string) => {
    asyncInvocations.accept(find(arn, payload, maxAsyncBytes).config, payload);
  };

  return {
    permissions: (call) => [
      { action: 'lambda:InvokeFunction', resource: `${functionPrefix(template)}${functionNameOf(targetOf(call))}` },
    ],
    handle: async (call) => {
      const target = targetOf(call);
      const payload = payloadOf(call);
      switch (call.headers['x-amz-invocation-type'] ?? 'RequestResponse') {
        case 'Event':
          invokeAsync(target, payload);
          return { status: 202, body: '' };
        case 'DryRun':
          find(target, payload, maxSyncBytes);
          return { status: 204, body: '' };
        case 'RequestResponse':
          return responseOf(await invoke(target, payload));
        default:
          throw new AwsError('InvalidParameterValueException', 'Unknown invocation type');
      }
    },
    invoke,
    invokeAsync,
    crash: (sessionToken) => {
      for (const pool of pools.values()) pool.crash(sessionToken);
    },
    exists: (arn) => functions.has(arn),
    inFlight: () => pools.values().reduce((sum, pool) => sum + pool.inFlight(), 0),
    pending: () => synchronous + asyncInvocations.pending(),
    stop: async () => {
      clearInterval(reaper);
      const parts = [asyncInvocations, ...pools.values()];
      await Promise.all(parts.map((part) => part.drain(stopGraceMs)));
      for (const part of parts) await part.stop();
    },
  };
}

/** Counts results as CloudWatch does: a throttled invocation is no error. */
function countersOf(metrics: Metrics | undefined, functionName: string) {
  const errors = metrics?.recorder('AWS/Lambda', 'Errors', { FunctionName: functionName });
  const throttles = metrics?.recorder('AWS/Lambda', 'Throttles', { FunctionName: functionName });
  return (kind: InvokeResult['kind']) => {
    throttles?.(kind === 'throttled' ? 1 : 0);
    if (kind !== 'throttled') errors?.(kind === 'error' ? 1 : 0);
  };
}

/** Injects a fault: the invocation fails although its handler may have run. */
async function runFaulty(
  fault: InvocationFault,
  pool: Pool,
  payload: string,
  requestId: string | undefined,
): Promise<InvokeResult> {
  if (fault === 'throttled') return { kind: 'throttled' };
  if (fault === 'crash-after') await pool.invoke(payload, requestId);
  return failed(platformFailure('Runtime.ExitError', requestId, 'Runtime exited with error: signal: killed'));
}

const functionPrefix = ({ region, accountId }: LocalContext['template']) =>
  `arn:aws:lambda:${region}:${accountId}:function:`;

/** Function name or ARN from the path of Invoke, the only supported operation. */
function targetOf({ method, path, query }: AwsCall): string {
  const match = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path);
  if (method !== 'POST' || !match?.[1]) {
    throw new AwsError(
      'UnknownOperationException',
      `${method} ${path} of Lambda is not supported by the local engine`,
      404,
    );
  }
  const qualifier = query.get('Qualifier') ?? '$LATEST';
  const name = decodeURIComponent(match[1]);
  return qualifier === '$LATEST' ? name : `${name}:${qualifier}`;
}

function payloadOf({ body }: AwsCall): string {
  if (body.length === 0) return '{}';
  const text = body.toString('utf8');
  try {
    JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw new AwsError('InvalidRequestContentException', `Could not parse request body into json: ${reason}`);
  }
  return text;
}

function responseOf(result: InvokeResult): AwsResponse {
  if (result.kind === 'throttled') throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
  const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
  if (result.kind === 'ok') return { status: 200, headers, body: result.payload };
  return { status: 200, headers: { ...headers, 'x-amz-function-error': 'Unhandled' }, body: result.payload };
}

const firstLine = (text: string) => text.split('\n', 1)[0] ?? '';
