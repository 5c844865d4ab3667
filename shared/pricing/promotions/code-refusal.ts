import type { Invalid } from '../sellable.ts';
import type { CodeOutcome, PromotionPolicy } from './types.ts';

/** Problem type of such a refusal. */
export const codeRefused = 'code-refused';

/** Refuses a basket with codes that do not apply, if the store is strict about codes. Each has a pointer. */
export function codeRefusal(
  codes: readonly CodeOutcome[],
  policy: Pick<PromotionPolicy, 'codePolicy'> | undefined,
): (Invalid & { codes: readonly CodeOutcome[] }) | undefined {
  const errors = codes.flatMap(({ code, outcome }, index) =>
    outcome === 'applied' ? [] : [{ pointer: `/couponCodes/${index}`, detail: `${code}: ${outcome}`, reason: outcome }],
  );
  if (policy?.codePolicy !== 'strict' || errors.length === 0) return undefined;
  const detail = `${errors.length} of ${codes.length} coupon code(s) do not apply. Remove them, or correct them.`;
  return { kind: 'invalid', type: codeRefused, detail, errors, codes };
}
