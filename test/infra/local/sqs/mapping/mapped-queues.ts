import { afterEach } from 'vitest';
import type { Permission } from '../../../../../infra/local/gateway/aws-call.ts';
import type { InvokeResult } from '../../../../../infra/local/lambda/invoke-result.ts';
import type { QueueRecord } from '../../../../../infra/local/sqs/mapping/queue-batch.ts';
import { type QueueMappings, startQueueMappings } from '../../../../../infra/local/sqs/mapping/queue-mapping.ts';
import { createQueues, type Queues } from '../../../../../infra/local/sqs/sqs.ts';
import { arnOf, queueOf, restartable } from '../queue-fixtures.ts';
import { functionOf, type SmallResource } from '../../small-template.ts';

type Answer = InvokeResult | Promise<InvokeResult>;
export type Options = { handle?: (records: QueueRecord[]) => Answer; refused?: string };

export const ok = (payload: unknown = null): InvokeResult => ({ kind: 'ok', payload: JSON.stringify(payload) });
export const failure: InvokeResult = { kind: 'error', payload: '{}', errorType: 'Error', errorMessage: 'no' };
export const failing = (...records: (QueueRecord | undefined)[]) =>
  ok({ batchItemFailures: records.map((record) => ({ itemIdentifier: record?.messageId })) });

export const mappingOf = (queue: string, properties: Record<string, unknown> = {}): SmallResource => ({
  id: `${queue}Mapping`,
  type: 'AWS::Lambda::EventSourceMapping',
  properties: { EventSourceArn: arnOf(queue), FunctionName: 'worker', ...properties },
});
export const reporting = { FunctionResponseTypes: ['ReportBatchItemFailures'] };
const worker = functionOf('worker', '', { Timeout: 10 });
export const orders = (properties: Record<string, unknown> = {}) =>
  queueOf('orders', { VisibilityTimeout: 30, ...properties });

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Queues with their mappings; `batches` are the message bodies of each invocation. */
export function startMapped(resources: SmallResource[], { handle = () => ok(), refused = '' }: Options = {}) {
  const engine = restartable([worker, ...resources]);
  const batches: string[][] = [];
  const state = { handle, queues: createQueues(engine.context), mappings: undefined as QueueMappings | undefined };
  const authorize = (_role: string, { action }: Permission) => (action === refused ? 'denied' : 'allowed');
  const run = () => {
    const lambda = {
      invoke: async (_arn: string, payload: string): Promise<InvokeResult> => {
        const { Records: records } = JSON.parse(payload) as { Records: QueueRecord[] };
        batches.push(records.map(({ body }) => body));
        return state.handle(records);
      },
    };
    state.mappings = startQueueMappings(engine.context, { queues: state.queues, lambda, iam: { authorize } });
  };
  ends.push(async () => {
    await state.mappings?.stop();
    engine.remove();
  });
  return Object.assign(state, {
    engine,
    batches,
    run,
    send: (...messages: string[]) => {
      for (const body of messages) state.queues.send(arnOf('orders'), body);
    },
    pending: () => state.mappings?.pending() ?? 0,
    /** Opens the state again without a stop, as after a kill. */
    kill: (): Queues => {
      state.queues = createQueues(engine.next());
      return state.queues;
    },
  });
}

/** A function that runs until the test ends it. */
export function slow() {
  const waiting: ((result: InvokeResult) => void)[] = [];
  return {
    handle: () => new Promise<InvokeResult>((resolve) => void waiting.push(resolve)),
    finish: (result = ok()) => {
      for (const each of waiting.splice(0)) each(result);
    },
    waiting,
  };
}
