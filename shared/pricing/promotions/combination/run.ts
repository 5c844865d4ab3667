import type { Facts } from '../candidates/facts.ts';
import { conditionGate, isOtherMethod, type Obstacle } from '../candidates/gates.ts';
import { apply, type Ledger, newLedger, type Proposal } from './ledger.ts';
import type { PreparedPromotion } from '../candidates/prepared-set.ts';
import { proposeGift, proposeGoods, proposeShipping, quotaOf } from './proposals.ts';
import { trimGoods } from './trims.ts';

/** What promotions make of a cart together, and why the others did not apply. */
export type Run = { ledger: Ledger; obstacles: ReadonlyMap<PreparedPromotion, Obstacle> };

/** Evaluates promotions, which are in the order of evaluation, each on what the earlier ones left. */
export function run(promotions: readonly PreparedPromotion[], facts: Facts): Run {
  const ledger = newLedger(facts);
  const obstacles = new Map<PreparedPromotion, Obstacle>();
  const compared = new Set<PreparedPromotion>();
  for (const prepared of promotions) {
    if (compared.has(prepared)) continue;
    const { group } = prepared.promotion;
    if (group !== undefined) {
      const members = promotions.filter((each) => each.promotion.group === group && each.level === prepared.level);
      for (const member of members) compared.add(member);
      applyBest(members, { facts, ledger, obstacles });
      continue;
    }
    const result = attempt(prepared, facts, ledger);
    if ('reason' in result) obstacles.set(prepared, result);
    else apply(ledger, prepared, result);
  }
  return { ledger, obstacles };
}

/** Applies the best of the promotions of one group and level, which are compared where the first of them is evaluated. */
function applyBest(
  members: readonly PreparedPromotion[],
  { facts, ledger, obstacles }: { facts: Facts; ledger: Ledger; obstacles: Map<PreparedPromotion, Obstacle> },
): void {
  let best: { member: PreparedPromotion; proposal: Proposal } | undefined;
  for (const member of members) {
    const result = attempt(member, facts, ledger);
    if ('reason' in result) {
      obstacles.set(member, result);
      continue;
    }
    const isBetter = !best || result.discountMinor > best.proposal.discountMinor;
    const other = isBetter ? best?.member : member;
    if (other) obstacles.set(other, { reason: 'worse-than-other' });
    if (isBetter) best = { member, proposal: result };
  }
  if (best) apply(ledger, best.member, best.proposal);
}

/** The discount of a promotion on what earlier ones left, or the first reason why there is none. */
function attempt(prepared: PreparedPromotion, facts: Facts, ledger: Ledger): Proposal | Obstacle {
  const missing = conditionGate(prepared, facts, ledger.remaining);
  if (missing) return missing;
  const proposal = proposeGoodsOf(prepared, facts, ledger);
  if (proposal && 'reason' in proposal) return proposal;
  if (isOtherMethod(prepared, facts)) return { reason: 'not-this-method' };
  if (quotaOf(prepared, facts) === 0) return { reason: 'quota-reached' };
  const conflict = conflictOf(prepared, ledger);
  if (conflict) return conflict;
  if (prepared.level === 'shipping') return proposeShipping(prepared, facts, ledger);
  if (prepared.level === 'gift') {
    const { missing: missingGift, ...gift } = { missing: undefined, ...proposeGift(prepared, facts, ledger) };
    if (missingGift) ledger.missingGift ??= missingGift;
    return gift;
  }
  if (!proposal || proposal.discountMinor === 0) {
    return { reason: proposal?.trimmed === 'quota' && proposal.units === 0 ? 'quota-reached' : 'nothing-left' };
  }
  return trimGoods(prepared, proposal, facts, ledger);
}

/** Promotions of shipping have goods as a condition only. */
function proposeGoodsOf(prepared: PreparedPromotion, facts: Facts, ledger: Ledger): Proposal | Obstacle | undefined {
  if (prepared.level !== 'shipping') return proposeGoods(prepared, facts, ledger);
  return facts.linesIn(prepared.scopes.eligible).length === 0 ? { reason: 'no-eligible-lines' } : undefined;
}

function conflictOf({ promotion, level }: PreparedPromotion, ledger: Ledger): Obstacle | undefined {
  if (level !== 'shipping') {
    if (ledger.isStopped) return { reason: 'stopped' };
    if (ledger.hasExclusive) return { reason: 'not-combinable' };
  }
  return promotion.exclusive === 'order' && ledger.hasGoodsDiscount ? { reason: 'not-combinable' } : undefined;
}
