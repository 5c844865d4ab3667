import type { Throttle } from './api-config.ts';

/**
 * A token bucket as API Gateway's: `burst` tokens at most, `ratePerSecond` new ones a second, one for each request.
 * `now` in milliseconds. Returns whether a request may pass.
 */
export function createBucket({ ratePerSecond, burst }: Throttle, now: () => number): () => boolean {
  if (ratePerSecond === undefined && burst === undefined) return () => true;
  const rate = ratePerSecond ?? Infinity;
  const size = burst ?? Infinity;
  let tokens = size;
  let filledAt = now();
  return () => {
    const at = now();
    // A rate without a limit fills the bucket at once, also when no time has passed.
    tokens = rate === Infinity ? size : Math.min(size, tokens + ((at - filledAt) / 1000) * rate);
    filledAt = at;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
