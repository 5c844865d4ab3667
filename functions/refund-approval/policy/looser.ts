import { type RefundPolicy, type Rule, ruleDecisions } from '../../../shared/contracts/refunds/policy-routes.ts';
import { contentHash } from '../../../shared/ids.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import { type Box, boxOf, cellsOf, hasShippedGoods, intersect, subtract } from './request-space.ts';

export type LooserPart = 'rules' | 'limits' | 'returns';

/** Boxes of requests that are computed before a change counts as looser. */
const maxBoxes = 20_000;

/**
 * The parts of a policy in which `next` refunds more money, or with fewer approvals, than `current` for some request. The
 * waiting times decide no money. Rules that cannot be compared within `maxBoxes` count as looser.
 */
export function looserParts(current: RefundPolicy, next: RefundPolicy): LooserPart[] {
  const parts: LooserPart[] = [];
  if (hasLooserRules(current.rules, next.rules)) parts.push('rules');
  if (hasLooserLimits(current.limits, next.limits)) parts.push('limits');
  if (hasLooserReturns(current.returns, next.returns)) parts.push('returns');
  return parts;
}

const hasLooserLimits = (current: RefundPolicy['limits'], next: RefundPolicy['limits']): boolean =>
  Object.entries(next).some(([department, limit]) => limit > (ownValue(current, department) ?? -1));

const hasLooserReturns = (current: RefundPolicy['returns'], next: RefundPolicy['returns']): boolean =>
  next.restockingBasisPoints < current.restockingBasisPoints ||
  next.returnShippingMinor < current.returnShippingMinor ||
  next.windowDays > current.windowDays ||
  next.freeFor.some((reason) => !current.freeFor.includes(reason));

/**
 * Compares the decisions for every request. The requests that a rule decides are those of its conditions without those of
 * the rules before it.
 */
function hasLooserRules(current: readonly Rule[], next: readonly Rule[]): boolean {
  if (contentHash(current) === contentHash(next)) return false;
  const cells = cellsOf([...current, ...next].map(({ when }) => when));
  const before = current.map((rule) => ({ rule, box: boxOf(cells, rule.when) }));
  const after = next.map((rule) => ({ rule, box: boxOf(cells, rule.when) }));
  let boxes = 0;
  for (const [index, { rule, box }] of after.entries()) {
    let open: Box[] = [box];
    for (const earlier of after.slice(0, index)) {
      open = open.flatMap((each) => subtract(each, earlier.box));
      if ((boxes += open.length) > maxBoxes) return true;
    }
    for (const old of before) {
      const common = open.map((each) => intersect(each, old.box)).filter((each) => each !== undefined);
      if (common.some((requests) => isLooser(old.rule, rule, hasShippedGoods(requests)))) return true;
      open = open.flatMap((each) => subtract(each, old.box));
      if ((boxes += open.length) > maxBoxes) return true;
    }
  }
  return false;
}

const rankOf = ({ decision }: Rule) => ruleDecisions.indexOf(decision);

const isLooser = (old: Rule, rule: Rule, isShipped: boolean): boolean =>
  rankOf(rule) < rankOf(old) ||
  (isShipped && rule.decision !== 'refuse' && old.payAfterReturn === true && rule.payAfterReturn !== true);
