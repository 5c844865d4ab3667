import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';

const firstWaitMs = 20;
const longestWaitMs = 400;
/** Races lost one after the other before there is a pause: whoever loses them all competes with a crowd, or with a bug. */
const racesAtOnce = 3;
const longestRaceWaitMs = 80;

const busyErrors = new Set([
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'TransactionConflictException',
  'TransactionInProgressException',
]);
const busyReasons = new Set(['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError']);

/** DynamoDB's `TransactionCanceledException`, with a code for each action, told by its shape so that no SDK is needed. */
const Cancelled = z.object({
  name: z.literal('TransactionCanceledException'),
  CancellationReasons: z.array(z.object({ Code: z.string().optional() })),
});

const cancellationCodes = (error: unknown): string[] => {
  const cancelled = Cancelled.safeParse(error);
  return cancelled.success ? cancelled.data.CancellationReasons.map(({ Code = 'None' }) => Code) : [];
};

/** Whether DynamoDB was too busy, in all or with one item: nothing was done, and later it may be. */
export const isRetryableError = (error: unknown): boolean =>
  error instanceof Error &&
  (busyErrors.has(error.name) || cancellationCodes(error).some((code) => busyReasons.has(code)));

/** Whether a transaction was cancelled because one of its conditions did not hold. */
export const isConditionalCheckFailed = (error: unknown): boolean =>
  cancellationCodes(error).includes('ConditionalCheckFailed');

/** What is thrown when others are in the way for too long; `isContention` recognises it. */
export const conflictError = (message: string): Error =>
  Object.assign(new Error(message), { name: 'TransactionConflictException' });

/**
 * Tries until there is a result, for at most `budgetMs`. An attempt that gives `undefined` lost a race and is repeated at
 * once, after some of them a little later; after one that met contention comes a random pause ("full jitter"), longer on
 * average each time. When the budget is used up it throws an error that `isContention` recognises.
 */
export async function retryOnConflict<T>(
  retryBudgetMs: number,
  attempt: (tries: number) => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + retryBudgetMs;
  for (let tries = 0; ; tries += 1) {
    const pauseMs = Math.random() * Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(tries, 10));
    try {
      const result = await attempt(tries);
      if (result !== undefined) return result;
    } catch (error) {
      if (!isRetryableError(error) || performance.now() + pauseMs > deadline) throw error;
      await setTimeout(pauseMs);
      continue;
    }
    if (performance.now() > deadline) throw conflictError('Others changed the same items again and again');
    if (tries >= racesAtOnce) await setTimeout(Math.min(pauseMs, Math.random() * longestRaceWaitMs));
  }
}
