import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  isConditionalCheckFailed,
  isRetryableError,
  retryOnConflict,
} from '../../../shared/dynamodb/retry-on-conflict.ts';

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
const named = (name: string) => Object.assign(new Error('No'), { name });

describe('an error of the database', () => {
  test.each([
    ['a transaction conflict', cancelled('None', 'TransactionConflict'), true, false],
    ['a throttled transaction', cancelled('ThrottlingError'), true, false],
    ['a failed condition', cancelled('None', 'ConditionalCheckFailed'), false, true],
    ['an invalid transaction', cancelled('ValidationError'), false, false],
    ['throttling', named('ThrottlingException'), true, false],
    [
      'a failed condition of a single write',
      new ConditionalCheckFailedException({ message: 'No', $metadata: {} }),
      false,
      false,
    ],
    ['any other error', new Error('No'), false, false],
    ['a value that is not an error', 'TransactionConflict', false, false],
  ])('%s', (_name, error, isRetryable, isFailedCondition) => {
    expect(isRetryableError(error)).toBe(isRetryable);
    expect(isConditionalCheckFailed(error)).toBe(isFailedCondition);
  });
});

describe('retryOnConflict', () => {
  test('retries version conflicts and retryable errors until there is a result', async () => {
    const outcomes = [undefined, cancelled('TransactionConflict'), undefined, 'result'];
    const result = await retryOnConflict(1000, async (tries) => {
      const outcome = outcomes[tries];
      if (outcome instanceof Error) throw outcome;
      return outcome;
    });
    expect(result).toBe('result');
  });

  test('throws a retryable error when its budget is spent', async () => {
    let attempts = 0;
    const conflict = retryOnConflict(50, async () => void (attempts += 1)).catch((error: unknown) => error);
    const throttled = retryOnConflict(50, async () => Promise.reject(cancelled('TransactionConflict'))).catch(
      (error: unknown) => error,
    );
    expect(isRetryableError(await conflict)).toBe(true);
    expect(isRetryableError(await throttled)).toBe(true);
    expect(attempts).toBeLessThan(50);
  });

  test('makes five attempts although each takes longer than the budget', async () => {
    let attempts = 0;
    const slowConflict = async () => {
      attempts += 1;
      await sleep(5);
      return undefined;
    };
    await expect(retryOnConflict(1, slowConflict)).rejects.toThrow('Concurrent requests changed the same items');
    expect(attempts).toBe(5);
    const slowSuccess = async (retries: number) => (retries === 4 ? 'result' : slowConflict());
    expect(await retryOnConflict(1, slowSuccess)).toBe('result');
  });

  test('waits between attempts when every attempt has a version conflict', async () => {
    let attempts = 0;
    const attempt = async () => {
      attempts += 1;
      return undefined;
    };
    await expect(retryOnConflict(200, attempt)).rejects.toThrow('Concurrent requests changed the same items');
    expect(attempts).toBeLessThan(50);
  });

  test('does not retry other errors', async () => {
    let tries = 0;
    const attempt = async () => {
      tries += 1;
      throw new Error('Wrong');
    };
    await expect(retryOnConflict(1000, attempt)).rejects.toThrow('Wrong');
    expect(tries).toBe(1);
  });
});
