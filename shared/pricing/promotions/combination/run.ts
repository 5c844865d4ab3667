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
  const done = new Set<PreparedPromotion>();
  for (const prepared of promotions) {
    if (done.has(prepared)) continue;
    const members = groupOf(prepared, promotions);
    const attempts = members.map((member) => ({ member, attempt: attempt(member, facts, ledger) }));
    let best: { member: PreparedPromotion; proposal: Proposal } | undefined;
    for (const { member, attempt: result } of attempts) {
      done.add(member);
      if ('reason' in result) obstacles.set(member, result);
      else if (!best || result.discountMinor > best.proposal.discountMinor) best = { member, proposal: result };
    }
    for (const { member, attempt: result } of attempts) {
      if (!('reason' in result) && member !== best?.member) obstacles.set(member, { reason: 'worse-than-other' });
    }
    if (best) apply(ledger, best.member, best.proposal);
  }
  return { ledger, obstacles };
}

/** The promotions of the same group and level, which are compared where the first of them is evaluated. */
function groupOf(prepared: PreparedPromotion, promotions: readonly PreparedPromotion[]): readonly PreparedPromotion[] {
  const { group } = prepared.promotion;
  if (group === undefined) return [prepared];
  return promotions.filter((other) => other.promotion.group === group && other.level === prepared.level);
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
