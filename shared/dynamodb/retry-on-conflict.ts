import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';

const firstPauseMs = 20;
const longestPauseMs = 400;
/** Version conflicts in a row that are retried without a pause. */
const immediateRetries = 3;
const longestVersionConflictPauseMs = 80;
/** Attempts that are made even if the budget is exhausted: a slow machine must not turn one conflict into a failure. */
const minAttempts = 5;

const retryableErrors = new Set([
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'TransactionConflictException',
  'TransactionInProgressException',
]);
const retryableReasons = new Set(['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError']);

/** `TransactionCanceledException` with a code for each action. Recognised by its shape, so that no SDK is imported. */
const Cancelled = z.object({
  name: z.literal('TransactionCanceledException'),
  CancellationReasons: z.array(z.object({ Code: z.string().optional() })),
});

const cancellationCodes = (error: unknown): string[] => {
  const cancelled = Cancelled.safeParse(error);
  return cancelled.success ? cancelled.data.CancellationReasons.map(({ Code = 'None' }) => Code) : [];
};

/** Whether DynamoDB throttled the request or a concurrent transaction used the same item. Nothing was written. */
export const isRetryableError = (error: unknown): boolean =>
  error instanceof Error &&
  (retryableErrors.has(error.name) || cancellationCodes(error).some((code) => retryableReasons.has(code)));

/** Whether a transaction was cancelled because one of its conditions was false. */
export const isConditionalCheckFailed = (error: unknown): boolean =>
  cancellationCodes(error).includes('ConditionalCheckFailed');

/** The error of an exhausted retry budget. `isRetryableError` is true for it. */
export const conflictError = (message: string): Error =>
  Object.assign(new Error(message), { name: 'TransactionConflictException' });

/**
 * Calls `attempt` until it returns a result, for at most `retryBudgetMs`. `undefined` reports a version conflict: it is
 * retried at once three times, then after a short pause. A retryable error is retried after a random pause whose maximum
 * doubles up to 400 ms ("full jitter", https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 * Throws an error for which `isRetryableError` is true when the budget is exhausted, but not before the fifth attempt.
 */
export async function retryOnConflict<T>(
  retryBudgetMs: number,
  attempt: (retries: number) => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + retryBudgetMs;
  for (let retries = 0; ; retries += 1) {
    const isLast = (pauseMs: number) => retries + 1 >= minAttempts && performance.now() + pauseMs > deadline;
    const pauseMs = Math.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(retries, 10));
    try {
      const result = await attempt(retries);
      if (result !== undefined) return result;
    } catch (error) {
      if (!isRetryableError(error) || isLast(pauseMs)) throw error;
      await setTimeout(pauseMs);
      continue;
    }
    if (isLast(0)) throw conflictError('Concurrent requests changed the same items');
    if (retries >= immediateRetries) {
      await setTimeout(Math.min(pauseMs, Math.random() * longestVersionConflictPauseMs));
    }
  }
}

/** Starts a retry budget for several operations. Returns a function that gives the remaining milliseconds, at least 0. */
export function startRetryBudget(retryBudgetMs: number): () => number {
  const deadline = performance.now() + retryBudgetMs;
  return () => Math.max(0, deadline - performance.now());
}
