import type { PromotionDefinition } from '../../../contracts/promotions/definition.ts';
import { ownValue } from '../../../input/own-value.ts';
import type { Facts } from '../candidates/facts.ts';
import { type Obstacle, sumAt, unitsAt } from '../candidates/gates.ts';
import type { PreparedPromotion } from '../candidates/prepared-set.ts';
import type { Rule } from './line-discount.ts';

type TierRule = Exclude<Rule, { kind: 'fixed-price' }>;
type Tiers = Extract<PromotionDefinition['discount'], { kind: 'tiers' }>;

/** The discount of the highest tier that is reached, or what is missing to the lowest. */
export function tierRule(
  { tiers, tierOn }: Tiers,
  { promotion: { condition }, scopes }: PreparedPromotion,
  { cart, list, linesIn }: Facts,
  remaining: readonly number[],
): TierRule | Obstacle {
  const lines = linesIn(scopes.eligible);
  const counted =
    tierOn === 'units'
      ? unitsAt(cart.lines, lines)
      : sumAt(condition?.basis === 'after-goods' ? remaining : list, lines);
  let reached: { from: number; rule: TierRule } | undefined;
  let lowest = Infinity;
  for (const tier of tiers) {
    const from = tierOn === 'units' ? tier.fromUnits : tier.fromMinor && ownValue(tier.fromMinor, cart.currency);
    const rule = ruleOf(tier, cart.currency);
    if (from === undefined || !rule) continue;
    if (from < lowest) lowest = from;
    if (from <= counted && from >= (reached?.from ?? 0)) reached = { from, rule };
  }
  if (reached) return reached.rule;
  const missing = (lowest === Infinity ? 0 : lowest) - counted;
  return tierOn === 'units'
    ? { reason: 'below-threshold', missingUnits: missing }
    : { reason: 'below-threshold', missingMinor: missing };
}

function ruleOf({ kind, basisPoints, amountMinor }: Tiers['tiers'][number], currency: string): TierRule | undefined {
  if (kind === 'percent') return basisPoints === undefined ? undefined : { kind, basisPoints };
  const amount = amountMinor && ownValue(amountMinor, currency);
  return amount === undefined ? undefined : { kind, amountMinor: amount, includesTax: false };
}
