import { setTimeout as sleep } from 'node:timers/promises';
import { type Alarms, startAlarms, supports as alarmSupports } from './alarms/alarms.ts';
import { createMetrics } from './alarms/metrics.ts';
import { createAutomation } from './automation/automation.ts';
import { supports as documentSupports } from './automation/document.ts';
import { createConsole } from './console/console.ts';
import { type ConsoleRoles, openSessions } from './console/sessions.ts';
import { AwsError } from './gateway/aws-call.ts';
import type { Deliver, LocalContext } from './context.ts';
import { supports as dynamodbSupports, startDynamodb } from './dynamodb/dynamodb.ts';
import { createEventBus, supports as eventBusSupports } from './events/event-bus.ts';
import type { Faults } from './faults.ts';
import { openAccessKeys } from './gateway/access-keys.ts';
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
import { freePort, listen } from './server.ts';
import { openState } from './state.ts';
import { startStreamMappings, supports as streamMappingSupports } from './dynamodb/stream-mapping.ts';
import { checkSupported } from './supported.ts';
import { loadTemplate } from './template/template.ts';

export type EngineOptions = {
  /** Directory of the synthesised CDK app (the cloud assembly). */
  cdkOut: string;
  stateDirectory: string;
  /**
   * Port of the HTTP API. The gateway and the identity provider use the next two ports if free. @default any free port
   */
  port?: number;
  /** Deletes the state first. */
  fresh?: boolean;
  /** Accepts requests that any other access key signed as the administrator's. @default false */
  acceptsOtherKeys?: boolean;
  /** Variables of every function, besides its own and Lambda's. */
  functionEnvironment?: Record<string, string>;
  /** What the people of each group may do in `/console`. @default no person may sign in there */
  consoleRoles?: ConsoleRoles;
  /** Groups of the user pool of which two people can sign in, not one. @default none */
  groupsWithTwo?: readonly string[];
  /** Clock of the engine and its functions. @default `Date.now` */
  now?: () => number;
  /** Faults that a test injects. */
  faults?: Faults;
  /** Receives measurements. */
  observer?: Observer;
  log?: (line: string) => void;
};

export type Engine = Awaited<ReturnType<typeof startEngine>>;

/**
 * Runs the synthesised template on this machine until `stop`. Throws StartError for an unusable state directory, a port
 * in use, or an unsupported template.
 */
export async function startEngine(options: EngineOptions) {
  const { cdkOut, stateDirectory, port = 0, functionEnvironment, now = Date.now, log = () => {} } = options;
  const running: Running[] = [];
  const stop = async () => {
    for (const part of running.toReversed()) await part.stop();
  };
  try {
    const api = await listen(port);
    running.push(api);
    const gateway = await listen(port && port + 1, { orAnyPort: true, localPagesOnly: true });
    running.push(gateway);
    const identityPort = await freePort(port && port + 2);

    const state = openState(stateDirectory, { fresh: options.fresh ?? false });
    running.push({ stop: async () => state.close() });
    const issuer = `http://127.0.0.1:${identityPort}`;
    const template = loadTemplate(cdkOut, { gatewayUrl: gateway.url, apiUrl: api.url, issuer });
    checkSupported(template, allSupports);
    const { faults, observer } = options;
    const metrics = createMetrics({ now });
    const context: LocalContext = { template, state, now, log, faults, observer, metrics };

    const services = await startServices(
      context,
      { gatewayUrl: gateway.url, identityPort, functionEnvironment, groupsWithTwo: options.groupsWithTwo },
      running,
    );
    const { identity, dynamodb, iam, accessKeys, queues, lambda, bus, s3, scheduler, queueMappings, streams, secrets } =
      services;
    const automation = createAutomation(context, { lambda, iam });
    running.push(automation);
    const alarms = startAlarms(context, { metrics, queues: measured(context, queues) });
    running.push(alarms);
    const working = { streams, bus, lambda, scheduler, s3, automation };
    const pending = (): Pending => ({
      ...queueMappings.waiting(),
      ...Object.fromEntries(Object.entries(working).map(([name, part]) => [name, part.pending()])),
    });
    gateway.serve(
      createGateway(context, {
        iam,
        accessKey: accessKeys.find,
        acceptsOtherKeys: options.acceptsOtherKeys ?? false,
        services: {
          dynamodb,
          s3,
          sqs: queues,
          events: bus,
          lambda,
          scheduler,
          secretsmanager: secrets,
          ssm: automation,
          'cognito-idp': identity.userPool,
        },
        crash: lambda.crash,
        pending,
      }),
    );
    const { accountId } = template;
    const sessions = openSessions({ provider: identity, roles: options.consoleRoles ?? {}, accountId, now });
    const pages = createConsole(context, { sessions, automation, alarms, lambda, iam, sqs: queues, s3 });
    const { listener } = createHttpApi(context, { lambda, verifyToken: identity.verifyToken });
    api.serve((request, response) =>
      /^\/console(?:[/?]|$)/.test(request.url ?? '') ? pages(request, response) : listener(request, response),
    );

    const { inFlight } = lambda;
    return {
      apiUrl: api.url,
      /** Endpoint of every AWS service. */
      gatewayUrl: gateway.url,
      /** The database itself, without checks of signatures and permissions. Not for callers of the system. */
      databaseUrl: dynamodb.endpoint,
      /** The account's administrator at `gatewayUrl`. */
      awsCredentials: accessKeys.administrator,
      region: template.region,
      issuer,
      tokenEndpoint: identity.tokenEndpoint,
      clients: identity.clients,
      authorizationEndpoint: identity.authorizationEndpoint,
      peopleClientId: identity.peopleClientId,
      people: identity.people,
      outputs: template.outputs,
      alarms: { list: alarms.list, history: alarms.history } satisfies Partial<Alarms>,
      /** Current text of a secret, by ARN or name. */
      secretText: secrets.textOf,
      context,
      /** Issues a token of a client; a negative lifetime makes an expired one. */
      issueToken: identity.issueToken,
      issuePersonToken: identity.issuePersonToken,
      settled: settledBy(pending, queueMappings.endWindows),
      inFlight,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Running = { stop: () => Promise<void> };
type Surroundings = {
  gatewayUrl: string;
  identityPort: number;
  functionEnvironment: Record<string, string> | undefined;
  groupsWithTwo: readonly string[] | undefined;
};

/** Starts all services and adds each to `running` when it has started, so that a failing start can stop them. */
async function startServices(
  context: LocalContext,
  { gatewayUrl, identityPort, functionEnvironment, groupsWithTwo }: Surroundings,
  running: Running[],
) {
  const { template } = context;
  const identity = await startIdentity(context, {
    port: identityPort,
    groupsWithTwo,
    invoke: (functionArn, payload) => lambda.invoke(functionArn, payload),
  });
  running.push(identity);
  const dynamodb = await startDynamodb(context);
  running.push(dynamodb);
  const iam = createIam(template);
  const accessKeys = openAccessKeys(context);
  const queues = createQueues(context);
  const deliver: Deliver = async (arn, payload, options) => {
    if (arn.startsWith('arn:aws:sqs:')) return sendTo(context, queues, arn, payload, options);
    if (arn.startsWith('arn:aws:lambda:')) return lambda.invokeAsync(arn, payload);
    if (arn.includes(':event-bus/')) return bus.put(arn, [JSON.parse(payload)]);
    throw new AwsError('ResourceNotFoundException', `The local engine cannot deliver to ${arn}`, 404);
  };
  const lambda = createLambda(context, {
    gatewayUrl,
    credentialsOf: accessKeys.ofFunction,
    functionEnvironment,
    deliver,
    authorize: iam.authorize,
  });
  running.push(lambda);
  const bus = createEventBus(context, { deliver });
  running.push(bus);
  const s3 = await startS3(context, { deliver });
  running.push(s3);
  const scheduler = startScheduler(context, { deliver, iam });
  running.push(scheduler);
  const queueMappings = startQueueMappings(context, { queues, lambda, iam });
  const streams = startStreamMappings(context, { dynamodb, lambda, iam, deliver });
  running.push(queueMappings, streams);

  const secrets = createSecrets(context);
  return { identity, dynamodb, iam, accessKeys, queues, lambda, bus, s3, scheduler, queueMappings, streams, secrets };
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
  documentSupports,
  alarmSupports,
];

/** The queues of the template, as alarms measure them. */
const measured = ({ template, now }: LocalContext, queues: Queues) =>
  template.ofType('AWS::SQS::Queue').map(({ name, arn }) => ({
    name,
    measure: () => {
      const oldest = queues.oldestSentAt(arn);
      return { visible: queues.counts(arn).visible, ageSeconds: oldest === undefined ? 0 : (now() - oldest) / 1000 };
    },
  }));

/** Sends a message of the engine to a queue, with the duplicates and delays that a test injects. */
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

/**
 * Resolves when three checks in a row find nothing pending; rejects after `timeoutMs` with the pending counts. Meanwhile no
 * batching window is waited for: on AWS it is a maximum too. Parts that are `ignored` may have pending work, such as Lambda's
 * retries after minutes.
 */
const settledBy =
  (pending: () => Pending, endWindows: () => void) =>
  async (timeoutMs = 60_000, ignored: readonly string[] = []): Promise<void> => {
    const deadline = performance.now() + timeoutMs;
    for (let idleChecks = 0; idleChecks < 3;) {
      endWindows();
      const waitedFor = Object.entries(pending()).filter(([part]) => !ignored.includes(part));
      const { pending: left, where } = pendingIn(Object.fromEntries(waitedFor));
      idleChecks = left === 0 ? idleChecks + 1 : 0;
      if (performance.now() > deadline) {
        throw new Error(`${left} items are pending after ${timeoutMs} ms: ${JSON.stringify(where)}`);
      }
      await sleep(20);
    }
  };
