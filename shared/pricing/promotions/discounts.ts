import type { Discount } from '../../contracts/orders/events.ts';
import type { AppliedPromotion, CodeOutcome, PromotionOutcome } from './types.ts';

/** The discounts of a basket as an order or a quote has them: what applied, then the codes that did not. */
export const discountsOf = ({ applied, codes }: PromotionOutcome): Discount[] => [
  ...applied.map((promotion) => discountOf(promotion, codes)),
  ...codes.filter(({ outcome }) => outcome !== 'applied').map(withoutDiscount),
];

const withoutDiscount = ({ code, outcome, promotionId }: CodeOutcome): Discount => ({
  code,
  appliedMinor: 0,
  reason: outcome,
  ...(promotionId !== undefined && { promotionId }),
});

function discountOf(
  { promotionId, version, name, target, discountMinor, lines, trimmed }: AppliedPromotion,
  codes: readonly CodeOutcome[],
): Discount {
  const entered = codes.find((code) => code.outcome === 'applied' && code.promotionId === promotionId);
  return {
    code: entered?.code ?? promotionId,
    appliedMinor: discountMinor,
    promotionId,
    version,
    name,
    target,
    ...(target !== 'shipping' && {
      lines: lines.map((each) => ({ line: each.line, amountMinor: each.discountMinor })),
    }),
    ...(trimmed && { trimmed }),
  };
}
