import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import {
  isConditionalCheckFailed,
  isRetryableError,
  retryOnConflict,
} from '../../shared/dynamodb/retry-on-conflict.ts';

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
const named = (name: string) => Object.assign(new Error('No'), { name });

describe('an error of the database', () => {
  test.each([
    ['a transaction that met another', cancelled('None', 'TransactionConflict'), true, false],
    ['a transaction that was throttled', cancelled('ThrottlingError'), true, false],
    ['a condition that did not hold', cancelled('None', 'ConditionalCheckFailed'), false, true],
    ['a transaction that is not valid', cancelled('ValidationError'), false, false],
    ['throttling', named('ThrottlingException'), true, false],
    ['a failed single write', new ConditionalCheckFailedException({ message: 'No', $metadata: {} }), false, false],
    ['anything else', new Error('No'), false, false],
    ['what is no error', 'TransactionConflict', false, false],
  ])('%s', (_name, error, contention, lost) => {
    expect(isRetryableError(error)).toBe(contention);
    expect(isConditionalCheckFailed(error)).toBe(lost);
  });
});

describe('patience', () => {
  test('repeats a lost race and contention until there is a result', async () => {
    const outcomes = [undefined, cancelled('TransactionConflict'), undefined, 'result'];
    const result = await retryOnConflict(1000, async (tries) => {
      const outcome = outcomes[tries];
      if (outcome instanceof Error) throw outcome;
      return outcome;
    });
    expect(result).toBe('result');
  });

  test('ends, so that the caller hears that the store is busy', async () => {
    const startedAt = performance.now();
    const lost = retryOnConflict(50, async () => undefined).catch((error: unknown) => error);
    const busy = retryOnConflict(50, async () => Promise.reject(cancelled('TransactionConflict'))).catch(
      (error: unknown) => error,
    );
    expect(isRetryableError(await lost)).toBe(true);
    expect(isRetryableError(await busy)).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  test('leaves time to others where every race is lost', async () => {
    let races = 0;
    const attempt = async () => {
      races += 1;
      return undefined;
    };
    await expect(retryOnConflict(200, attempt)).rejects.toThrow('Others changed the same items');
    expect(races).toBeLessThan(50);
  });

  test('does not repeat what is wrong', async () => {
    let tries = 0;
    const attempt = async () => {
      tries += 1;
      throw new Error('Wrong');
    };
    await expect(retryOnConflict(1000, attempt)).rejects.toThrow('Wrong');
    expect(tries).toBe(1);
  });
});
