import type { Context, SQSRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { queueBatchHandler } from '../../../shared/lambda/queue-batch-handler.ts';

const record = (messageId: string, body: string) => ({ messageId, body }) as SQSRecord;

test('retries malformed messages and those that the handler returns', async () => {
  const handled: number[] = [];
  const handler = queueBatchHandler(z.object({ number: z.number() }), async (messages) => {
    handled.push(...messages.map(({ number }) => number));
    return messages.filter(({ number }) => number === 2);
  });
  const Records = [
    record('a', '{"number":1}'),
    record('b', '{"number":2}'),
    record('c', 'not JSON'),
    record('d', '{"number":"three"}'),
    record('e', '{"number":4}'),
  ];
  const response = await handler({ Records }, { awsRequestId: 'request', functionName: 'test' } as Context);
  expect(handled).toEqual([1, 2, 4]);
  expect(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).toSorted()).toEqual(['b', 'c', 'd']);
});
