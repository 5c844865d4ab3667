import type { Facts } from '../candidates/facts.ts';
import { totalOf } from './ledger.ts';
import type { PreparedPromotion } from '../candidates/prepared-set.ts';
import type { Reason } from '../types.ts';
import { run, type Run } from './run.ts';

/**
 * All promotions that are not exclusive on the order, together, compared with each exclusive one alone; promotions of
 * shipping combine with both. The smallest total wins, then the fewest promotions, then priority.
 */
export function bestDeal(promotions: readonly PreparedPromotion[], facts: Facts): Run {
  const isExclusive = ({ promotion }: PreparedPromotion) => promotion.exclusive === 'order';
  const together = promotions.filter((each) => !isExclusive(each));
  const shipping = together.filter(({ level }) => level === 'shipping');
  const exclusive = promotions.filter(isExclusive);
  if (exclusive.length === 0) return run(together, facts);
  const runs = [together, ...exclusive.map((each) => [each].concat(shipping))].map((members) => run(members, facts));
  const [first, ...others] = runs;
  let best = { result: first, total: first ? totalOf(first.ledger, facts) : Infinity };
  for (const result of others) {
    const total = totalOf(result.ledger, facts);
    if (total < best.total || (total === best.total && best.result && isSimpler(result, best.result))) {
      best = { result, total };
    }
  }
  return best.result ? { ...best.result, obstacles: obstaclesOf(promotions, best.result, runs) } : run(together, facts);
}

/** Of equal totals, fewer promotions win, then the one whose first promotion is evaluated before. */
function isSimpler({ ledger: { applied: a } }: Run, { ledger: { applied: b } }: Run): boolean {
  if (a.length !== b.length) return a.length < b.length;
  const [first, other] = [a[0]?.prepared.promotion, b[0]?.prepared.promotion];
  if (!first || !other || first.priority === other.priority) {
    return first !== undefined && other !== undefined && first.promotionId < other.promotionId;
  }
  return first.priority > other.priority;
}

/** A promotion of another alternative keeps its own reason if it comes before that it is worse. */
function obstaclesOf(promotions: readonly PreparedPromotion[], best: Run, runs: readonly Run[]): Run['obstacles'] {
  const applied = new Set(best.ledger.applied.map(({ prepared }) => prepared));
  const obstacles = new Map(best.obstacles);
  for (const each of promotions) {
    if (applied.has(each) || obstacles.has(each)) continue;
    const own = runs.flatMap((result) => result.obstacles.get(each) ?? [])[0];
    obstacles.set(each, own && isEarly(own.reason) ? own : { reason: 'worse-than-other' });
  }
  return obstacles;
}

/** Reasons that come after that a promotion is worse than another, or among them. */
const late: ReadonlySet<Reason> = new Set<Reason>([
  'stopped',
  'not-combinable',
  'worse-than-other',
  'nothing-left',
  'order-cap',
  'budget-exhausted',
  'gift-out-of-stock',
]);
const isEarly = (reason: Reason): boolean => !late.has(reason);
