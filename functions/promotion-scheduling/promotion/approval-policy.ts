import type { PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import { contentHash } from '../../../shared/ids.ts';
import { codesOf } from './promotion-record.ts';
import { spanOf } from './promotion-timing.ts';

type Amounts = Readonly<Partial<Record<string, number>>>;
const daysPer = { day: 1, week: 7, month: 28 };
const dayMs = 86_400_000;

/**
 * Whether a second person must approve a definition, by the thresholds of the store's settings. `before` is the definition
 * in force: a change that gives no more than it needs no approval.
 */
export function needsApproval(
  definition: PromotionDefinition,
  before: PromotionDefinition | undefined,
  thresholds: Amounts | undefined,
  storeZone: string,
): boolean {
  if (!thresholds || !isAbove(definition, thresholds, storeZone)) return false;
  return !before || givesMore(definition, before);
}

/** Whether a promotion may cost more than the threshold of one of its currencies, or no limit says what it costs. */
function isAbove(definition: PromotionDefinition, thresholds: Amounts, storeZone: string): boolean {
  const cost = mostCost(definition, storeZone);
  const byCurrency = new Map(Object.entries(thresholds));
  return !cost || [...cost].some(([currency, minor]) => minor > (byCurrency.get(currency) ?? -1));
}

/** The most that a promotion costs by currency; undefined if nothing limits it. */
function mostCost(
  { limits = {}, schedule, capMinor, discount }: PromotionDefinition,
  storeZone: string,
): Map<string, number> | undefined {
  const { budgetMinor, budgetPer = 'total', total } = limits;
  const times = (amounts: Amounts, factor: number) =>
    new Map(Object.entries(amounts).map(([currency, minor = 0]) => [currency, minor * factor]));
  if (budgetMinor) {
    if (budgetPer === 'total') return times(budgetMinor, 1);
    const { startMs, endMs } = spanOf(schedule, storeZone);
    const days = (endMs - startMs) / dayMs;
    return Number.isFinite(days) ? times(budgetMinor, Math.ceil(days / daysPer[budgetPer]) + 1) : undefined;
  }
  const perUse =
    capMinor ?? (discount.kind === 'amount' && discount.level === 'order' ? discount.amountMinor : undefined);
  return total !== undefined && perUse ? times(perUse, total) : undefined;
}

/** Whether a definition may give more than another: anything but its texts, a lower amount or limit, or an earlier end. */
function givesMore(next: PromotionDefinition, before: PromotionDefinition): boolean {
  return contentHash(comparedOf(next)) !== contentHash(comparedOf(before)) || raisesAmounts(next, before);
}

/** The parts that must be equal. */
const comparedOf = ({
  eligible,
  condition,
  audience,
  methods,
  codes,
  needsCode,
  allowBelowFloor,
  exclusive,
  group,
  stop,
  priority,
  discount,
  schedule,
  limits = {},
}: PromotionDefinition) => ({
  eligible,
  condition,
  audience,
  methods,
  codes: codesOf({ codes }).toSorted(),
  needsCode,
  allowBelowFloor,
  exclusive,
  group,
  stop,
  priority,
  schedule: { ...schedule, end: undefined },
  discount:
    'basisPoints' in discount || 'amountMinor' in discount ? { ...discount, basisPoints: 0, amountMinor: 0 } : discount,
  budget: [
    Object.keys(limits.budgetMinor ?? {}).toSorted(),
    limits.budgetPer ?? 'total',
    limits.budgetPolicy ?? 'whole',
  ],
});

function raisesAmounts(next: PromotionDefinition, before: PromotionDefinition): boolean {
  const [limits, had] = [next.limits ?? {}, before.limits ?? {}];
  const rate = ({ discount }: PromotionDefinition) => ('basisPoints' in discount ? discount.basisPoints : 0);
  const amount = ({ discount }: PromotionDefinition) => ('amountMinor' in discount ? discount.amountMinor : {});
  return (
    rate(next) > rate(before) ||
    isRaised(amount(next), amount(before)) ||
    (next.holdoutShare ?? 0) < (before.holdoutShare ?? 0) ||
    isLooser(limits.total, had.total) ||
    isLooser(limits.perCustomer, had.perCustomer) ||
    isLooser(limits.perCode, had.perCode) ||
    isLooser(limits.units, had.units) ||
    isRaised(limits.budgetMinor ?? {}, had.budgetMinor ?? {}) ||
    (before.capMinor !== undefined && (!next.capMinor || isRaised(next.capMinor, before.capMinor))) ||
    (before.schedule.end !== undefined && (next.schedule.end === undefined || next.schedule.end > before.schedule.end))
  );
}

const isLooser = (next: number | undefined, before: number | undefined) =>
  before !== undefined && (next === undefined || next > before);

const isRaised = (next: Amounts, before: Amounts) => {
  const had = new Map(Object.entries(before));
  return Object.entries(next).some(([currency, minor = 0]) => minor > (had.get(currency) ?? 0));
};
