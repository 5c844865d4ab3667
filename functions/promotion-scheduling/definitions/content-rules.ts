import { didYouMean } from '../../../shared/input/closest.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import type { GoodsScope, PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import { normalCode } from '../../../shared/pricing/promotions/coupon-code.ts';
import { parseRecurrence } from '../../../shared/pricing/promotions/schedule/recurrence.ts';
import { isTimeZone } from '../../../shared/time-zone.ts';
import { spanOf } from '../promotion/promotion-timing.ts';

/** Shorter codes are guessed. */
const minCodeLength = 3;

type Discount = PromotionDefinition['discount'];
type Tiers = Extract<Discount, { kind: 'tiers' }>;

/** What is wrong between the fields of a definition, each with its pointer. `storeZone` is the time zone of the store. */
export const contentErrors = (definition: PromotionDefinition, storeZone: string): FieldError[] => [
  ...scheduleErrors(definition.schedule, storeZone),
  ...scopeErrors(definition),
  ...(definition.discount.kind === 'tiers' ? tierErrors(definition.discount) : []),
  ...codeErrors(definition),
  ...limitErrors(definition),
];

function scheduleErrors(schedule: PromotionDefinition['schedule'], storeZone: string): FieldError[] {
  const { start, end, zone, rrule, hours } = schedule;
  if (zone !== undefined && !isTimeZone(zone)) {
    const hint = didYouMean(zone, Intl.supportedValuesOf('timeZone')) || '. Use a name such as Europe/London.';
    return [{ pointer: '/schedule/zone', detail: `There is no IANA time zone ${zone}${hint}` }];
  }
  const errors: FieldError[] = [];
  for (const [name, text] of Object.entries({ start, end })) {
    if (text !== undefined && !isDate(text)) {
      errors.push({ pointer: `/schedule/${name}`, detail: `There is no date and time ${text}.` });
    }
  }
  const problem = rrule === undefined ? undefined : recurrenceProblem(rrule);
  if (problem !== undefined) errors.push({ pointer: '/schedule/rrule', detail: problem });
  if (hours && hours.from === hours.to) {
    errors.push({
      pointer: '/schedule/hours/to',
      detail: 'The hours have no duration. Leave them out for the whole day.',
    });
  }
  if (errors.length > 0 || start === undefined || end === undefined) return errors;
  const { startMs, endMs } = spanOf(schedule, storeZone);
  if (endMs > startMs) return [];
  const ends = `The end ${end} (${new Date(endMs).toISOString()})`;
  return [{ pointer: '/schedule/end', detail: `${ends} is not after the start (${new Date(startMs).toISOString()}).` }];
}

/** A day that the month does not have is another day for JavaScript. */
const isDate = (text: string) => {
  const at = Date.parse(`${text}Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text.slice(0, 10));
};

function recurrenceProblem(rrule: string): string | undefined {
  try {
    parseRecurrence(rrule);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return `${error.message}.`;
    throw error;
  }
}

function scopeErrors({ eligible, condition, discount }: PromotionDefinition): FieldError[] {
  const scopes: [string, GoodsScope | undefined][] = [
    ['/eligible', eligible],
    ['/condition/of', condition?.of],
    ...(discount.kind === 'buy-get'
      ? [
          ['/discount/buy/of', discount.buy.of] as [string, GoodsScope],
          ['/discount/get/of', discount.get.of] as [string, GoodsScope],
        ]
      : []),
  ];
  return scopes.flatMap(([pointer, scope]) =>
    scope && isEmpty(scope)
      ? [{ pointer, detail: 'Names no goods. Use all, skus, categories, products or attributes.' }]
      : [],
  );
}

const isEmpty = ({ all, skus = [], categories = [], products = [], attributes = [] }: GoodsScope) =>
  !all && skus.length + categories.length + products.length + attributes.length === 0;

function tierErrors({ tierOn, tiers }: Tiers): FieldError[] {
  const errors: FieldError[] = [];
  const wanted = tierOn === 'units' ? 'fromUnits' : 'fromMinor';
  for (const [index, tier] of tiers.entries()) {
    const pointer = `/discount/tiers/${index}`;
    if (tier.kind === 'percent' && tier.basisPoints === undefined) {
      errors.push({ pointer: `${pointer}/basisPoints`, detail: 'A tier of kind percent has basisPoints.' });
    }
    if (tier.kind === 'amount' && !tier.amountMinor) {
      errors.push({ pointer: `${pointer}/amountMinor`, detail: 'A tier of kind amount has amountMinor.' });
    }
    if (tier[wanted] === undefined) {
      errors.push({ pointer: `${pointer}/${wanted}`, detail: `A tier on ${tierOn} has ${wanted}.` });
    }
    const before = tiers.slice(0, index).findIndex((other) => isSameThreshold(tier, other, tierOn));
    if (before >= 0) {
      errors.push({ pointer: `${pointer}/${wanted}`, detail: `Tier ${before + 1} has this threshold already.` });
    }
  }
  return errors;
}

function isSameThreshold(a: Tiers['tiers'][number], b: Tiers['tiers'][number], tierOn: Tiers['tierOn']): boolean {
  if (tierOn === 'units') return a.fromUnits !== undefined && a.fromUnits === b.fromUnits;
  const others = new Map(Object.entries(b.fromMinor ?? {}));
  return Object.entries(a.fromMinor ?? {}).some(([currency, minor]) => others.get(currency) === minor);
}

function codeErrors({ codes = [], needsCode }: PromotionDefinition): FieldError[] {
  const normal = codes.map(normalCode);
  const errors = normal.flatMap((code, index) => {
    const pointer = `/codes/${index}`;
    if (code.length < minCodeLength) {
      return [{ pointer, detail: `A code has at least ${minCodeLength} characters beside blanks and dashes.` }];
    }
    return normal.indexOf(code) < index ? [{ pointer, detail: `${codes[index]} is there already as ${code}.` }] : [];
  });
  if (needsCode === false && codes.length > 0) {
    errors.push({
      pointer: '/needsCode',
      detail: 'A promotion with codes needs one of them. Leave out needsCode, or the codes.',
    });
  }
  return errors;
}

function limitErrors({ limits, codes, needsCode }: PromotionDefinition): FieldError[] {
  if (!limits) return [];
  const { budgetMinor, budgetPer, budgetPolicy, perCode } = limits;
  const withoutBudget = Object.entries({ budgetPer, budgetPolicy }).filter(
    ([, value]) => value !== undefined && !budgetMinor,
  );
  return [
    ...withoutBudget.map(([name]) => ({
      pointer: `/limits/${name}`,
      detail: `${name} is of a budget. Add budgetMinor.`,
    })),
    ...(perCode !== undefined && !codes?.length && !needsCode
      ? [
          {
            pointer: '/limits/perCode',
            detail: 'The promotion has no codes. Add codes, or needsCode for codes of batches.',
          },
        ]
      : []),
  ];
}
