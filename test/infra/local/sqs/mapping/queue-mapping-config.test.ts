import { describe, expect, test } from 'vitest';
import { mappingOf, type Options, orders, startMapped } from './mapped-queues.ts';
import { queueOf } from '../queue-fixtures.ts';
import type { SmallResource } from '../../small-template.ts';

const reasonOf = (resources: SmallResource[], options: Options = {}) => {
  const it = startMapped(resources, options);
  try {
    it.run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'started';
};

describe('a mapping is refused as on AWS', () => {
  test.each(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'])(
    'if its role lacks %s',
    (refused) => {
      const reason = reasonOf([orders(), mappingOf('orders')], { refused });
      expect(reason).toContain(refused);
      expect(reason).toContain('role/worker');
    },
  );

  test.each([
    ['a short visibility timeout', [orders({ VisibilityTimeout: 9 }), mappingOf('orders')], 'visibility timeout'],
    ['a large batch without a window', [orders(), mappingOf('orders', { BatchSize: 11 })], 'MaximumBatchingWindow'],
    ['an unknown queue', [mappingOf('orders')], 'not in the template'],
    ['an unknown function', [orders(), mappingOf('orders', { FunctionName: 'unknown' })], 'unknown'],
    [
      'a maximum concurrency of 1',
      [orders(), mappingOf('orders', { ScalingConfig: { MaximumConcurrency: 1 } })],
      'MaximumConcurrency',
    ],
    ['a property of streams', [orders(), mappingOf('orders', { StartingPosition: 'LATEST' })], 'StartingPosition'],
    [
      'a filter that is not JSON',
      [orders(), mappingOf('orders', { FilterCriteria: { Filters: [{ Pattern: '{' }] } })],
      'filter {',
    ],
    [
      'an invalid filter',
      [orders(), mappingOf('orders', { FilterCriteria: { Filters: [{ Pattern: '{"body":{"a":[{"near":1}]}}' }] } })],
      'near',
    ],
    [
      'a second mapping of the same queue and function',
      [orders(), mappingOf('orders'), mappingOf('orders')],
      'already',
    ],
  ])('with %s', (_name, resources, reason) => {
    expect(reasonOf(resources)).toContain(reason);
  });

  test('with a window or a batch size over 10 on a FIFO queue', () => {
    const fifo = queueOf('steps.fifo', { FifoQueue: true });
    const window = { MaximumBatchingWindowInSeconds: 1 };
    expect(reasonOf([fifo, mappingOf('steps.fifo', window)])).toContain('window');
    expect(reasonOf([fifo, mappingOf('steps.fifo', { BatchSize: 11 })])).toContain('FIFO');
  });
});
