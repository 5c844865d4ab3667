import { expect, test } from 'vitest';
import { codeRefusal } from '../../../../shared/pricing/promotions/code-refusal.ts';
import type { CodeOutcome } from '../../../../shared/pricing/promotions/types.ts';

const applied: CodeOutcome = { code: 'A', outcome: 'applied', promotionId: 'a' };
const unknown: CodeOutcome = { code: 'B', outcome: 'unknown-code' };
const repeated: CodeOutcome = { code: 'a', outcome: 'duplicate-code' };
const strict = { codePolicy: 'strict' as const };

test.each<[string, CodeOutcome[], { codePolicy: 'strict' | 'lenient' } | undefined, string[] | undefined]>([
  ['a strict store refuses each code that does not apply', [applied, unknown, repeated], strict, ['1', '2']],
  ['a strict store accepts codes that apply', [applied], strict, undefined],
  ['a strict store accepts no codes', [], strict, undefined],
  ['a lenient store accepts every code', [unknown], { codePolicy: 'lenient' }, undefined],
  ['a store without promotions accepts every code', [unknown], undefined, undefined],
])('%s', (_, codes, policy, refused) => {
  const refusal = codeRefusal(codes, policy);
  expect(refusal?.errors.map(({ pointer }) => pointer)).toEqual(refused?.map((index) => `/couponCodes/${index}`));
  expect(refusal?.codes).toEqual(refused && codes);
});
