import { expect, test } from 'vitest';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { isRetryableError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { sortKeyReader } from '../../../shared/dynamodb/sort-keys.ts';

/** A database whose query has this response. */
const answering = (response: object) => ({ send: () => Promise.resolve(response) }) as unknown as Database;
const index = { name: 'byStatus', attribute: 'statusKey', sortKey: 'placedKey' };
const read = (response: object, count: number) =>
  sortKeyReader(answering(response), 'Orders', index, 'down')('STATUS#paid#0', undefined, count);
const Items = [{ placedKey: 'c' }, { placedKey: 'b' }];

test.each([
  ['the whole partition', { Items }, 3],
  ['as many keys as requested', { Items, LastEvaluatedKey: {} }, 2],
])('%s is a page', async (_name, response, count) => {
  expect(await read(response, count)).toEqual(['c', 'b']);
});

test('a page that DynamoDB ends early is a retryable error, so that no list ends before its last entry', async () => {
  const failure: unknown = await read({ Items, LastEvaluatedKey: {} }, 3).catch((error: unknown) => error);
  expect(failure instanceof Error && isRetryableError(failure)).toBe(true);
});
