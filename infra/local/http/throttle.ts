import type { Throttle } from './api-config.ts';

/**
 * Token bucket as in API Gateway: at most `burst` tokens, `ratePerSecond` new tokens a second, one token per request.
 * `now` in milliseconds. The returned function takes a token and returns whether there was one.
 */
export function createBucket({ ratePerSecond, burst }: Throttle, now: () => number): () => boolean {
  if (ratePerSecond === undefined && burst === undefined) return () => true;
  const rate = ratePerSecond ?? Infinity;
  const size = burst ?? Infinity;
  let tokens = size;
  let filledAt = now();
  return () => {
    const at = now();
    // An unlimited rate fills the bucket immediately, also if no time has passed.
    tokens = rate === Infinity ? size : Math.min(size, tokens + ((at - filledAt) / 1000) * rate);
    filledAt = at;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
