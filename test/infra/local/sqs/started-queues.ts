import { afterEach } from 'vitest';
import { AwsError } from '../../../../infra/local/gateway/aws-call.ts';
import { createQueues, type Queues } from '../../../../infra/local/sqs/sqs.ts';
import { restartable } from './queue-fixtures.ts';
import type { SmallResource } from '../small-template.ts';

const started: { remove: () => void }[] = [];
afterEach(() => {
  for (const each of started.splice(0)) each.remove();
});

/** Queues with their own state, for one test. */
export function startQueues(resources: SmallResource[]) {
  const engine = restartable(resources);
  started.push(engine);
  return Object.assign(engine, {
    queues: createQueues(engine.context),
    restart: (): Queues => createQueues(engine.next()),
  });
}

/** Returns the code of the AWS error that `work` throws. */
export const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof AwsError) return error.code;
    throw error;
  }
  return 'none';
};
