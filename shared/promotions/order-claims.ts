import { maxActionsPerTransaction } from '../dynamodb/transaction-limits.ts';
import type {
  CompiledPromotion,
  PromotionOutcome,
  PromotionPolicy,
  PromotionSet,
} from '../pricing/promotions/types.ts';
import { usesOfUniqueCode } from './code-item.ts';
import {
  type Buyer,
  claimCounters,
  claimFirstOrder,
  type CounterClaim,
  type Counts,
  firstOrder,
  isLimited,
} from './limit-counters.ts';
import { type ClaimActions, type CodeClaim, heldClaim, type PromotionClaim } from './promotion-claim.ts';

/** Counters that were read, and the promotions whose counters they are. */
export type ReadLimits = { counted: ReadonlySet<string>; counts: Counts };

/**
 * Most counters and codes that an order claims. The transactions that place it in chunks or cancel it have one action for
 * each, and up to ten others.
 */
const maxClaims = maxActionsPerTransaction - 10;
export const isTooManyClaims = ({ counters, codes }: ClaimActions): boolean =>
  counters.length + codes.length > maxClaims;

type Rules = { set: PromotionSet; policy: PromotionPolicy };
type Order = { orderId: string; buyer: Buyer; lineIds: readonly string[] };
export type OrderClaims = { held: PromotionClaim[]; actions: ClaimActions };

/** Shard from which an order looks for room: orders are distributed over the shards. `text`: any id. */
export const seedOf = (text: string): number => Buffer.from(text).reduce((seed, byte) => (seed * 31 + byte) % 9973, 7);

/** Whether an order that gets the promotion may claim only after its counters were read. */
const needsCounts = ({ limitsLowered, shards }: CompiledPromotion) => limitsLowered === true && shards > 1;

/**
 * What an order claims of the promotions that apply. `lineIds`: ids of the order's lines, by index of the cart. `unread`:
 * promotions whose counters have to be read first, because the claim would not fit its shard.
 */
export function orderClaims(
  { orderId, buyer, lineIds }: Order,
  { claims, applied }: Pick<PromotionOutcome, 'claims' | 'applied'>,
  { set, policy }: Rules,
  { counted, counts }: ReadLimits,
  seed = seedOf(orderId),
): OrderClaims | { unread: string[] } {
  const byId = new Map(set.promotions.map((promotion) => [promotion.promotionId, promotion]));
  const held: PromotionClaim[] = [];
  const counters: CounterClaim[] = [];
  const codes: CodeClaim[] = [];
  const unread: string[] = [];
  for (const claim of claims) {
    const { promotionId, code } = claim;
    const promotion = byId.get(promotionId);
    if (!promotion) continue;
    const isCounted = counted.has(promotionId);
    const own = claimCounters(claim, promotion, { buyer, policy, seed, counts: isCounted ? counts : undefined });
    if (!own || (!isCounted && needsCounts(promotion))) {
      unread.push(promotionId);
      continue;
    }
    const uniqueCode = code === undefined || promotion.codes?.includes(code) ? undefined : code;
    const isUsed = own.length > 0 || uniqueCode !== undefined;
    if (!isUsed) continue;
    const lines = applied.filter((each) => each.promotionId === promotionId).flatMap((each) => each.lines);
    const discounted = claim.units ? lines.flatMap(({ line }) => lineIds[line] ?? []) : undefined;
    held.push(heldClaim(promotionId, own, { code: uniqueCode, lineIds: discounted }));
    counters.push(...own);
    if (uniqueCode !== undefined) {
      codes.push({ code: uniqueCode, orderId, maxUses: usesOfUniqueCode(promotion.limits?.perCode) });
    }
  }
  if (unread.length > 0) return { unread };
  if (applied.some(({ promotionId }) => byId.get(promotionId)?.audience?.firstOrderOnly)) {
    const own = claimFirstOrder(buyer.customer ?? {}, policy);
    held.push(heldClaim(firstOrder, own, {}));
    counters.push(...own);
  }
  return { held, actions: { counters, codes } };
}

/** Whether an order of this buyer would claim more than it can at once, even if no shard is used up. */
export function exceedsClaims(
  buyer: Buyer,
  outcome: Pick<PromotionOutcome, 'claims' | 'applied'>,
  rules: Rules,
): boolean {
  const unused = { counted: new Set(rules.set.promotions.map(({ promotionId }) => promotionId)), counts: new Map() };
  const claims = orderClaims({ orderId: '', buyer, lineIds: [] }, outcome, rules, unused);
  return !('unread' in claims) && isTooManyClaims(claims.actions);
}

/** The limited promotions that the order gets, those of a first order included, whose counters were not read. */
export const uncounted = (
  { claims, applied }: Pick<PromotionOutcome, 'claims' | 'applied'>,
  { promotions }: PromotionSet,
  { counted }: ReadLimits,
): string[] => {
  const claimed = new Set([...claims, ...applied].map(({ promotionId }) => promotionId));
  return promotions
    .filter((promotion) => claimed.has(promotion.promotionId) && isLimited(promotion))
    .map(({ promotionId }) => promotionId)
    .filter((promotionId) => !counted.has(promotionId));
};
