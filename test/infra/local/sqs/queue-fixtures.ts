import { expect } from 'vitest';
import type { LocalContext } from '../../../../infra/local/context.ts';
import type { QueueMessage } from '../../../../infra/local/sqs/responses.ts';
import type { Queues } from '../../../../infra/local/sqs/sqs.ts';
import { smallContext, type SmallResource } from '../small-template.ts';

export const arnOf = (name: string) => `arn:aws:sqs:eu-west-1:000000000000:${name}`;
export const urlOf = (name: string) => `http://127.0.0.1/000000000000/${name}`;

export const queueOf = (name: string, properties: Record<string, unknown> = {}): SmallResource => ({
  id: name,
  type: 'AWS::SQS::Queue',
  ref: urlOf(name),
  arn: arnOf(name),
  properties,
});

/** A queue with a dead-letter queue; FIFO queues if the name ends in .fifo. */
export function withDeadLetters(name: string, maxReceiveCount: number, properties: Record<string, unknown> = {}) {
  const fifo = name.endsWith('.fifo') ? { FifoQueue: true } : {};
  const deadName = name.endsWith('.fifo') ? name.replace('.fifo', '-dead.fifo') : `${name}-dead`;
  const redrive = { RedrivePolicy: { deadLetterTargetArn: arnOf(deadName), maxReceiveCount } };
  return [queueOf(name, { ...fifo, ...redrive, ...properties }), queueOf(deadName, fifo)];
}

/** A state with a settable clock; `next` opens the same state again, as after a kill of the engine. */
export function restartable(resources: SmallResource[]) {
  let current = smallContext(resources);
  const { directory } = current;
  return {
    get context(): LocalContext {
      return current.context;
    },
    get lines(): string[] {
      return current.lines;
    },
    pass: (seconds: number) => {
      current.clock.ahead += seconds * 1000;
    },
    next: (changed = resources): LocalContext => {
      const { ahead } = current.clock;
      current.leave();
      current = smallContext(changed, { directory });
      current.clock.ahead = ahead;
      return current.context;
    },
    remove: () => current.close(),
  };
}

export const bodies = (messages: QueueMessage[]): string[] => messages.map(({ body }) => body);
export const handles = (messages: QueueMessage[]): string[] => messages.map(({ receiptHandle }) => receiptHandle);

/** Waits until the condition is true. */
export async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { interval: 5 }).toBe(true);
}

export const total = (queues: Queues, name: string): number => {
  const { visible, inFlight, delayed } = queues.counts(arnOf(name));
  return visible + inFlight + delayed;
};
