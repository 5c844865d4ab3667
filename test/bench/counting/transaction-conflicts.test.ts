import { expect, test } from 'vitest';
import { isRetryableError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { transactionConflicts, usualTransactionMs } from './transaction-conflicts.ts';

/** A transaction on these items of one table. */
const onItems = (...items: string[]) => {
  const TransactItems = items.map((pk) => ({
    Update: { TableName: 'stock', Key: { pk: { S: pk }, sk: { S: 'STOCK' } } },
  }));
  const call = {
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from(JSON.stringify({ TransactItems })),
  };
  return { functionName: 'Place', call };
};

test('a transaction on an item of a running transaction is cancelled with a reason per item, and succeeds later', () => {
  let now = 0;
  const onCall = transactionConflicts({}, () => now);
  expect(onCall(onItems('A', 'B'))).toBeUndefined();
  expect(onCall(onItems('C'))).toBeUndefined();
  const refused = onCall(onItems('D', 'B'));
  const response = refused?.kind === 'refused' ? JSON.parse(String(refused.response.body)) : undefined;
  expect(response).toMatchObject({ CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }] });
  const error = Object.assign(new Error(), response, { name: 'TransactionCanceledException' });
  expect(isRetryableError(error)).toBe(true);
  expect(onCall(onItems('D'))).toBeUndefined();
  now += usualTransactionMs;
  expect(onCall(onItems('B'))).toBeUndefined();
});
