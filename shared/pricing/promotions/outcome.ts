import { codeOutcomes } from './codes.ts';
import type { Facts } from './candidates/facts.ts';
import type { Obstacle } from './candidates/gates.ts';
import type { PreparedPromotion } from './candidates/prepared-set.ts';
import type { Ledger, Proposal } from './combination/ledger.ts';
import type { AppliedPromotion, Claim, CodeOutcome, NotApplied, PromotionOutcome } from './types.ts';

/** The outcome of a store that never had a promotion: no code is known. */
export const noPromotions = (couponCodes: readonly string[], lines: number): PromotionOutcome => ({
  applied: [],
  notApplied: [],
  codes: codeOutcomes(couponCodes, () => ({ outcome: 'unknown-code' })),
  lineDiscounts: Array.from({ length: lines }, () => 0),
  gifts: [],
  shippingDiscountMinor: 0,
  claims: [],
  holdouts: [],
});

/** What promotions made of a cart, and what an order of it claims. */
export function outcomeOf(
  ledger: Ledger,
  obstacles: ReadonlyMap<PreparedPromotion, Obstacle>,
  holdouts: readonly PreparedPromotion[],
  facts: Facts,
  promotions: readonly PreparedPromotion[],
): PromotionOutcome {
  const { cart, list } = facts;
  const notApplied: NotApplied[] = [];
  for (const each of promotions) {
    const obstacle = obstacles.get(each);
    const { promotionId, name } = each.promotion;
    if (obstacle) notApplied.push({ promotionId, name, ...obstacle });
  }
  const gifts = ledger.gifts.map(({ sku, quantity, promotionId }) => {
    const { available: _available, ...line } = cart.gifts.get(sku) ?? { sku, unitPriceMinor: 0, available: 0 };
    return { ...line, quantity, promotionId };
  });
  return {
    applied: appliedOf(ledger, facts),
    notApplied,
    codes: codesOf(ledger, obstacles, facts),
    lineDiscounts: [
      ...list.map((amount, line) => amount - (ledger.remaining[line] ?? 0)),
      ...gifts.map(({ quantity, unitPriceMinor }) => quantity * unitPriceMinor),
    ],
    gifts,
    shippingDiscountMinor: cart.shipping.priceMinor - ledger.shippingMinor,
    claims: ledger.applied.flatMap(({ prepared, proposal }) => claimOf(prepared, proposal, facts) ?? []),
    holdouts: holdouts.map(({ promotion }) => promotion.promotionId),
    ...(ledger.missingGift && { missingGift: ledger.missingGift }),
  };
}

function appliedOf({ applied }: Ledger, facts: Facts): AppliedPromotion[] {
  let gifts = 0;
  return applied.map(({ prepared, proposal }) => {
    const { promotionId, version, name } = prepared.promotion;
    const { discountMinor, trimmed, gift, discounts } = proposal;
    const lines: { line: number; discountMinor: number }[] = [];
    for (let index = 0; index < discounts.length; index += 1) {
      const share = discounts[index] ?? 0;
      if (share > 0) lines.push({ line: proposal.lines[index] ?? 0, discountMinor: share });
    }
    if (gift) {
      lines.push({ line: facts.list.length + gifts, discountMinor });
      gifts += 1;
    }
    const code = codeOf(prepared, facts);
    return { promotionId, version, name, code, target: prepared.level, discountMinor, lines, trimmed };
  });
}

/** The code by which a promotion applies: the first that is not used up. */
const codeOf = (prepared: PreparedPromotion, { codesOf: entered }: Facts): string | undefined =>
  entered.get(prepared)?.find(({ isUsed }) => !isUsed)?.code;

/** What the order claims of the limits. A code of a batch is claimed also where its promotion has no limit. */
function claimOf(prepared: PreparedPromotion, { discountMinor, units }: Proposal, facts: Facts): Claim | undefined {
  const { promotionId, limits = {} } = prepared.promotion;
  const code = codeOf(prepared, facts);
  const isUnique = code !== undefined && facts.cart.uniqueCodes.has(code);
  const hasUses = limits.total !== undefined || limits.perCustomer !== undefined || limits.perCode !== undefined;
  if (!hasUses && !isUnique && limits.budgetMinor === undefined && limits.units === undefined) return undefined;
  return {
    promotionId,
    ...((hasUses || isUnique) && { uses: 1 as const }),
    ...(limits.budgetMinor !== undefined && { budgetMinor: discountMinor }),
    ...(limits.units !== undefined && { units }),
    ...(code !== undefined && { code }),
  };
}

function codesOf(ledger: Ledger, obstacles: ReadonlyMap<PreparedPromotion, Obstacle>, facts: Facts): CodeOutcome[] {
  const { cart, codesOf: entered } = facts;
  const promotionsOf = new Map<string, PreparedPromotion[]>();
  for (const [promotion, codes] of entered) {
    for (const { code } of codes) promotionsOf.set(code, [...(promotionsOf.get(code) ?? []), promotion]);
  }
  const applied = new Set(ledger.applied.map(({ prepared }) => prepared));
  return codeOutcomes(cart.couponCodes, (code) => {
    const promotions = promotionsOf.get(code) ?? [];
    const used = promotions.find((each) => applied.has(each) && codeOf(each, facts) === code);
    if (used) return { outcome: 'applied', promotionId: used.promotion.promotionId };
    const [first] = promotions;
    // A code of a batch whose promotion is over for long.
    if (!first) return { outcome: cart.uniqueCodes.has(code) ? 'ended' : 'unknown-code' };
    return { outcome: reasonOf(first, code, obstacles, facts), promotionId: first.promotion.promotionId };
  });
}

function reasonOf(
  prepared: PreparedPromotion,
  code: string,
  obstacles: ReadonlyMap<PreparedPromotion, Obstacle>,
  { codesOf: entered }: Facts,
): CodeOutcome['outcome'] {
  if (entered.get(prepared)?.some((each) => each.code === code && each.isUsed)) return 'limit-reached';
  const obstacle = obstacles.get(prepared);
  if (obstacle) return obstacle.reason;
  // Another code of the promotion applied, or the customer is one of those who do not get it.
  return entered.get(prepared)?.some((each) => each.code !== code) ? 'not-combinable' : 'not-this-customer';
}
