import assert from 'node:assert';
import { type App, Fn, Stack } from 'aws-cdk-lib';
import { type EventPattern, EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { bus } from '../data/event-bus.ts';
import { settings } from '../settings.ts';
import { store } from '../store.ts';
import { all } from './access.ts';
import { setWorkflow } from './alarm.ts';
import { ApiRoutes, isRoute, type RouteModule } from './api-routes.ts';
import type { BucketDefinition } from './bucket.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { addOutput, pascalCase } from './exports.ts';
import { ScheduleQueue } from './schedule-queue.ts';
import { ScheduledJob } from './scheduled-job.ts';
import { StreamConsumer, type StreamProps } from './stream-consumer.ts';
import { addTestEvents } from './console/test-events.ts';
import { type ConsumerProps, type QueueProps, WorkQueue } from './work-queue.ts';
import { type FunctionProps, type Handler, WorkflowFunction } from './workflow-function.ts';

/** The stacks that every workflow imports from. */
export type SharedStacks = { data: Stack; api: Stack };

/** An event definition, several of one source, or a pattern. */
type Events = { pattern: EventPattern } | readonly { pattern: EventPattern }[];

/** Requires a trigger's type argument: the environment that its handler reads. */
type Unstated = { THE_TYPE_ARGUMENT_IS_THE_ENVIRONMENT_OF_THE_HANDLER: string };

/**
 * The stack of one workflow. Each method adds a trigger: its function, queues, dead-letter queue, permissions and
 * alarms, named after the handler's file.
 */
export abstract class WorkflowStack extends Stack {
  /** ARNs of the functions that staff invoke in the AWS console, for other stacks. */
  readonly staffFunctions: string[] = [];
  readonly workflow: string;

  constructor(app: App, workflow: string, { data, api }: SharedStacks) {
    const name = pascalCase(workflow);
    super(app, name, { stackName: `Storeworks-${name}`, tags: { application: 'storeworks', workflow } });
    this.workflow = workflow;
    setWorkflow(this, workflow);
    for (const shared of [data, api]) this.addStackDependency(shared);
  }

  /** Serves the routes of these contract modules. `movedFrom`: the function that served them in an earlier deployment. */
  routes<E = Unstated>(props: FunctionProps<E> & { routes: RouteModule[]; movedFrom?: ApiRoutes }): ApiRoutes {
    const { routes, movedFrom, ...rest } = props;
    const id = idOf(rest.handler);
    const uses = all(rest.uses, settings.requestQuotas);
    const handler = new WorkflowFunction(this, id, { ...rest, uses });
    addOutput(this, `${id}FunctionArn`, handler.functionArn);
    const served = new ApiRoutes(this, `${id}Routes`, handler);
    for (const route of routes.flatMap((module) => Object.values(module)).filter(isRoute)) served.add(route, movedFrom);
    return served;
  }

  /** Consumes events of the bus; `where` filters by their data. */
  onEvents<E = Unstated>(events: Events, props: ConsumerProps<E> & QueueProps & { where?: object }): void {
    const { where, ...rest } = props;
    const pattern = patternOf([events].flat());
    this.queue<E>(rest).subscribe(bus.name, where ? { ...pattern, detail: { data: where } } : pattern);
  }

  /** Consumes the uploads of files to a bucket, whatever their keys, so that each has a result; results have none. */
  onFile<E = Unstated>(bucket: BucketDefinition<string>, props: ConsumerProps<E> & QueueProps): void {
    this.queue<E>(props).subscribe('default', {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: { bucket: { name: [bucket.name] }, object: { key: [{ 'anything-but': { prefix: 'results/' } }] } },
    });
  }

  /** Consumes changes of table items, in the order of their commits. */
  onItems<E = Unstated>(props: StreamProps<E>): StreamConsumer {
    return new StreamConsumer(this, idOf(props.handler), props);
  }

  /** Consumes a queue. Others send to it with its `sender` access. */
  queue<E = Unstated>(props: ConsumerProps<E> & QueueProps): WorkQueue {
    return new WorkQueue(this, idOf(props.handler), props);
  }

  /** Consumes messages of one-time schedules, which a function with the queue's `scheduler` access creates. */
  scheduleQueue<E = Unstated>(props: ConsumerProps<E> & QueueProps): ScheduleQueue {
    return new ScheduleQueue(this, idOf(props.handler), props);
  }

  /** Runs a sweep every `rate`, such as `1 minute`. */
  every<E = Unstated>(rate: `${number} ${'minute' | 'minutes' | 'hour' | 'hours'}`, props: FunctionProps<E>): void {
    this.schedule(`rate(${rate})`, 'sweep', props);
  }

  /** Runs a job every day at `HH:MM` in the store's time zone, and for each event that requests it. */
  daily<E = Unstated>(time: `${number}:${number}`, props: FunctionProps<E> & { requestedBy?: Events }): void {
    const { requestedBy, ...rest } = props;
    const [hour, minute] = time.split(':').map(Number);
    const job = this.schedule(`cron(${minute} ${hour} * * ? *)`, 'daily', rest);
    if (requestedBy) job.alsoOn(bus.name, patternOf([requestedBy].flat()));
  }

  /** A function that staff invoke in the AWS console, with the test events beside its handler. */
  onConsole<E = Unstated>(props: FunctionProps<E>): WorkflowFunction {
    const id = idOf(props.handler);
    const invoked = new WorkflowFunction(this, id, props);
    addTestEvents(this, `${id}TestEvents`, invoked, props.handler);
    addOutput(this, `${id}FunctionArn`, invoked.functionArn);
    this.staffFunctions.push(Fn.getStackOutput(this.stackName, `${id}FunctionArn`));
    return invoked;
  }

  /** Raises an alarm for events that a person must act on: each stays in a queue until someone deletes it. */
  alarmOn(event: { detailType: string; pattern: EventPattern }, { errorImpact }: { errorImpact: string }): void {
    const queue = new DeadLetterQueue(this, `${event.detailType}DeadLetters`, { errorImpact });
    const eventBus = EventBus.fromEventBusName(this, `${event.detailType}Bus`, bus.name);
    const rule = new Rule(this, `${event.detailType}Rule`, { eventBus, eventPattern: event.pattern });
    rule.addTarget(new SqsQueue(queue, { deadLetterQueue: queue }));
  }

  private schedule<E>(schedule: string, kind: 'sweep' | 'daily', props: FunctionProps<E>): ScheduledJob {
    return new ScheduledJob(this, idOf(props.handler), { ...props, schedule, kind, timeZone: store.selling.timeZone });
  }
}

/** The pattern that matches each of these. */
function patternOf(events: { pattern: EventPattern }[]): EventPattern {
  const [first, ...others] = events.map(({ pattern }) => pattern);
  if (!first || others.length === 0) return { ...first };
  const isOfOneSource = others.every(({ source }) => String(source) === String(first.source));
  assert(isOfOneSource, 'Events of several sources need a rule each.');
  const detailType = [first, ...others].flatMap((pattern) => pattern.detailType ?? []);
  return { source: first.source ?? [], detailType };
}

/** `order-intake/queued-orders.handler.ts` is `QueuedOrders`. */
const idOf = (handler: Handler) => pascalCase(handler.slice(handler.lastIndexOf('/') + 1, -'.handler.ts'.length));
