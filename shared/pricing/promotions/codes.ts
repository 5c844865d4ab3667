import { normalCode } from './coupon-code.ts';
import type { CodeOutcome } from './types.ts';

type Found = Omit<CodeOutcome, 'code'>;

/** The outcome of each entered code, in the order of entry. A code that is repeated is reported as such. */
export function codeOutcomes(entered: readonly string[], find: (normal: string) => Found): CodeOutcome[] {
  const seen = new Set<string>();
  return entered.map((code) => {
    const normal = normalCode(code);
    if (seen.has(normal)) return { code, outcome: 'duplicate-code' };
    seen.add(normal);
    return { code, ...find(normal) };
  });
}
