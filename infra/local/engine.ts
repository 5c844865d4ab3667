import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from './gateway/aws-call.ts';
import type { Deliver, LocalContext } from './context.ts';
import { supports as dynamodbSupports, startDynamodb } from './dynamodb/dynamodb.ts';
import { createEventBus, supports as eventBusSupports } from './events/event-bus.ts';
import type { Faults } from './faults.ts';
import { createGateway } from './gateway/gateway.ts';
import { createHttpApi, supports as httpApiSupports } from './http/http-api.ts';
import { createIam } from './iam/iam.ts';
import { supports as identitySupports, startIdentity } from './identity/identity.ts';
import { createLambda, supports as lambdaSupports } from './lambda/lambda.ts';
import type { Observer } from './observer.ts';
import { supports as queueMappingSupports, startQueueMappings } from './sqs/mapping/queue-mapping.ts';
import { startS3, supports as s3Supports } from './s3/s3.ts';
import { startScheduler, supports as schedulerSupports } from './scheduler/scheduler.ts';
import { createSecrets, supports as secretsSupports } from './secrets/secrets.ts';
import { createQueues, type Queues, supports as sqsSupports } from './sqs/sqs.ts';
import { type Pending, pendingIn } from './pending.ts';
import { StartError } from './start-error.ts';
import { openState } from './state.ts';
import { startStreamMappings, supports as streamMappingSupports } from './dynamodb/stream-mapping.ts';
import { checkSupported } from './supported.ts';
import { loadTemplate, type Template } from './template/template.ts';

export type EngineOptions = {
  /** Directory that the CDK app was synthesised into. */
  cdkOut: string;
  stateDirectory: string;
  /** Port of the HTTP API; 0 or none for any free one. The gateway and the identity provider take the next two if free. */
  port?: number;
  /** Empties the state first. */
  fresh?: boolean;
  /** Variables of every function, besides its own and Lambda's. */
  functionEnvironment?: Record<string, string>;
  /** The clock of the engine and of its functions; the machine's unless a test moves one. */
  now?: () => number;
  /** What a test lets go wrong. */
  faults?: Faults;
  /** Who counts what happens. */
  observer?: Observer;
  log?: (line: string) => void;
};

export type Engine = Awaited<ReturnType<typeof startEngine>>;

/**
 * Runs the synthesised template on this machine until `stop`. Throws StartError, with one sentence for a person, when
 * the state, a port or the template does not allow it.
 */
export async function startEngine(options: EngineOptions) {
  const { cdkOut, stateDirectory, port = 0, functionEnvironment, now = Date.now, log = () => {} } = options;
  const parts: { stop: () => Promise<void> }[] = [];
  const stop = async () => {
    for (const part of parts.toReversed()) await part.stop();
  };
  try {
    const api = await listen(port);
    parts.push(api);
    const gateway = await listen(port && port + 1, true);
    parts.push(gateway);
    const identityPort = await freePort(port && port + 2);

    const state = openState(stateDirectory, { fresh: options.fresh ?? false });
    parts.push({ stop: async () => state.close() });
    const issuer = `http://127.0.0.1:${identityPort}`;
    const template = loadTemplate(cdkOut, { gatewayUrl: gateway.url, apiUrl: api.url, issuer });
    checkSupported(template, allSupports);
    const context: LocalContext = { template, state, now, log, faults: options.faults, observer: options.observer };

    const identity = await startIdentity(context, { port: identityPort });
    parts.push(identity);
    const dynamodb = await startDynamodb(context);
    parts.push(dynamodb);
    const iam = createIam(template);
    const queues = createQueues(context);
    const deliver: Deliver = async (arn, payload, options) => {
      if (arn.startsWith('arn:aws:sqs:')) return sendTo(context, queues, arn, payload, options);
      if (arn.startsWith('arn:aws:lambda:')) return lambda.invokeAsync(arn, payload);
      if (arn.includes(':event-bus/')) return bus.put(arn, [JSON.parse(payload)]);
      throw new AwsError('ResourceNotFoundException', `Nothing here receives from ${arn}`, 404);
    };
    const lambda = createLambda(context, {
      gatewayUrl: gateway.url,
      accessKeyOf,
      functionEnvironment,
      deliver,
      authorize: iam.authorize,
    });
    parts.push(lambda);
    const bus = createEventBus(context, { deliver });
    parts.push(bus);
    const s3 = await startS3(context, { deliver });
    parts.push(s3);
    const scheduler = startScheduler(context, { deliver, iam });
    parts.push(scheduler);
    const queueMappings = startQueueMappings(context, { queues, lambda, iam });
    const streams = startStreamMappings(context, { dynamodb, lambda, iam, deliver });
    parts.push(queueMappings, streams);

    const secrets = createSecrets(context);
    const working = { streams, bus, lambda, scheduler, s3 };
    const pending = (): Pending => ({
      ...queueMappings.waiting(),
      ...Object.fromEntries(Object.entries(working).map(([name, part]) => [name, part.pending()])),
    });
    const roles = rolesByAccessKey(template);
    gateway.serve(
      createGateway(context, {
        iam,
        roleOfAccessKey: (id) => roles.get(id),
        services: { dynamodb, s3, sqs: queues, events: bus, lambda, scheduler, secretsmanager: secrets },
        crash: lambda.crash,
        pending,
      }),
    );
    api.serve(createHttpApi(context, { lambda, verifyToken: identity.verifyToken }).listener);

    const { inFlight } = lambda;
    return {
      apiUrl: api.url,
      /** Endpoint of every AWS service; DynamoDB also has one of its own, without permission checks. */
      gatewayUrl: gateway.url,
      dynamodbEndpoint: dynamodb.endpoint,
      region: template.region,
      issuer,
      tokenEndpoint: identity.tokenEndpoint,
      clients: identity.clients,
      outputs: template.outputs,
      /** Current text of a secret, by ARN or name. */
      secretText: secrets.textOf,
      context,
      /** A token of a client with any lifetime, negative for one that has expired. */
      issueToken: identity.issueToken,
      settled: settledBy(pending),
      inFlight,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const allSupports = [
  dynamodbSupports,
  streamMappingSupports,
  queueMappingSupports,
  sqsSupports,
  s3Supports,
  lambdaSupports,
  httpApiSupports,
  identitySupports,
  eventBusSupports,
  schedulerSupports,
  secretsSupports,
];

/** Puts what the engine sends on a queue, as often and as late as a test wants. */
function sendTo(
  { faults }: LocalContext,
  queues: Queues,
  queueArn: string,
  body: string,
  options: Parameters<Deliver>[2],
): void {
  const fault = faults?.onDelivery?.({ queueArn, body });
  if (!fault) return queues.send(queueArn, body, options);
  for (const delaySeconds of fault.delaysSeconds) queues.send(queueArn, body, { ...options, delaySeconds });
}

/** A function's calls carry this access key id, which tells the gateway whose role they are made under. */
const accessKeyOf = (functionName: string) => `function.${functionName}`;

const rolesByAccessKey = (template: Template) =>
  new Map(
    template
      .ofType('AWS::Lambda::Function')
      .map(({ name, properties }) => [accessKeyOf(name), String(properties.Role)]),
  );

/** Resolves once nothing is pending for a while; rejects after `timeoutMs` with what was left. */
const settledBy =
  (pending: () => Pending) =>
  async (timeoutMs = 60_000): Promise<void> => {
    const deadline = performance.now() + timeoutMs;
    for (let calm = 0; calm < 3;) {
      const { pending: left, where } = pendingIn(pending());
      calm = left === 0 ? calm + 1 : 0;
      if (performance.now() > deadline) {
        throw new Error(`Still ${left} pieces of work after ${timeoutMs} ms: ${JSON.stringify(where)}`);
      }
      await sleep(20);
    }
  };

/** A server whose listener comes later, so that its address is known while the parts behind it are made. */
async function listen(port: number, orAnyPort = false) {
  let listener: RequestListener = (_request, response) => {
    response.writeHead(503, { 'content-type': 'application/json' }).end('{"message":"Starting"}');
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => listener(request, response));
  const bound = await bind(server, port, orAnyPort);
  return {
    url: `http://127.0.0.1:${bound}`,
    serve: (next: RequestListener) => {
      listener = next;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bind(server: Server, port: number, orAnyPort: boolean): Promise<number> {
  const attempt = (wanted: number) =>
    new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(wanted, '127.0.0.1', () => {
        server.off('error', reject);
        resolve((server.address() as AddressInfo).port);
      });
    });
  try {
    return await attempt(port);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    if (orAnyPort) return attempt(0);
    throw new StartError(`Port ${port} is in use.`, 'port-in-use');
  }
}

async function freePort(preferred: number): Promise<number> {
  const probe = createServer();
  const port = await bind(probe, preferred, true);
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
