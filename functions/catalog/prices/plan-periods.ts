import type { FieldError } from '../../../shared/contracts/problem.ts';
import { contentHash } from '../../../shared/ids.ts';
import type { PriceEntry } from '../../../shared/pricing/price-lists.ts';

/** A price of a SKU in one list. Times are UTC with milliseconds, so that they sort as texts. */
export type Period = Omit<PriceEntry, 'listId'>;
/** A price as staff send it. Without `from` it starts now, or goes on if it is the price in force. */
export type WantedPeriod = { from?: string | undefined; until?: string | undefined; breaks: Period['breaks'] };

type Plan = { periods: Period[] } | { errors: FieldError[] };
type Indexed = Period & { index: number };

export const utc = (instant: string) => new Date(instant).toISOString();
const isoOf = (now: number) => new Date(now).toISOString();
const isSame = (a: Period['breaks'], b: Period['breaks']) => contentHash(a) === contentHash(b);
const isBefore = (a: Pick<Period, 'from'>, b: Pick<Period, 'from'>) => (a.from < b.from ? -1 : 1);
export const inOrder = (periods: readonly Period[]): Period[] => periods.toSorted(isBefore);

/** The prices that are in force at `now` (milliseconds) or later, the earliest first. */
export const openPeriods = (periods: readonly Period[], now: number): Period[] =>
  inOrder(periods.filter(({ until }) => until === undefined || until > isoOf(now)));

/**
 * The stored prices after staff set those of now and later to `wanted`: prices that have ended stay, and the price in force
 * ends now if it is left out. What customers could have paid before `now` (milliseconds) never changes.
 */
export function planPeriods(stored: readonly Period[], wanted: readonly WantedPeriod[], now: number): Plan {
  const nowIso = isoOf(now);
  const ended = stored.filter(({ until }) => until !== undefined && until <= nowIso);
  const current = stored.find(({ from, until }) => from <= nowIso && (until === undefined || until > nowIso));
  const read = wanted
    .map((each, index): Indexed => ({ ...startOf(each, current, nowIso), index }))
    .filter((each) => !ended.some((old) => contentHash(old) === contentHash(withoutIndex(each))));
  const errors = read.flatMap((each) => [...breakErrors(each), ...timeErrors(each, current, nowIso)]);
  const next = read.toSorted(isBefore);
  errors.push(...overlaps(next));
  if (errors.length > 0) return { errors };
  const isKept = current !== undefined && next.some(({ from }) => from === current.from);
  const closed = current && !isKept && current.from < nowIso ? [{ ...current, until: nowIso }] : [];
  return { periods: inOrder([...ended, ...closed, ...next.map(withoutIndex)]) };
}

const withoutIndex = ({ from, until, breaks }: Indexed): Period => ({
  from,
  ...(until !== undefined && { until }),
  breaks: breaks.map(({ minQuantity, unitPriceMinor }) => ({ minQuantity, unitPriceMinor })),
});

function startOf({ from, until, breaks }: WantedPeriod, current: Period | undefined, nowIso: string): Period {
  const goesOn = current && isSame(current.breaks, breaks) ? current.from : nowIso;
  return { from: from === undefined ? goesOn : utc(from), ...(until !== undefined && { until: utc(until) }), breaks };
}

const at = (index: number, field: string, detail: string): FieldError => ({
  pointer: `/prices/${index}/${field}`,
  detail,
});

function breakErrors({ breaks, index }: Indexed): FieldError[] {
  return breaks.flatMap(({ minQuantity }, each) => {
    const before = breaks[each - 1]?.minQuantity;
    if (before === undefined || before < minQuantity) return [];
    const detail = `The quantities are not ascending: ${minQuantity} follows ${before}. Sort the breaks, each quantity once.`;
    return [at(index, `breaks/${each}/minQuantity`, detail)];
  });
}

function timeErrors(
  { from, until, breaks, index }: Indexed,
  current: Period | undefined,
  nowIso: string,
): FieldError[] {
  if (until !== undefined && until <= from) {
    return [at(index, 'until', `The price ends at ${until}, not after its start ${from}. Use a later end.`)];
  }
  const isStarted = current?.from === from;
  if (from < nowIso && !isStarted) {
    const advice = 'Use a time from now on, or leave out `from` to start now.';
    return [
      at(index, 'from', `The price would start at ${from}, in the past, and change what customers paid. ${advice}`),
    ];
  }
  if (until !== undefined && until < nowIso) {
    const detail = `The price in force cannot end at ${until}, in the past. Use a time from now on, or leave the price out to end it now.`;
    return [at(index, 'until', detail)];
  }
  if (isStarted && from < nowIso && !isSame(current.breaks, breaks)) {
    const detail = `This price has been in force since ${from}, and customers paid it. Leave out \`from\` to start another price now.`;
    return [at(index, 'breaks', detail)];
  }
  return [];
}

const overlaps = (sorted: readonly Indexed[]): FieldError[] =>
  sorted.flatMap((each, position) => {
    const next = sorted[position + 1];
    if (!next || (each.until !== undefined && each.until <= next.from)) return [];
    const end = each.until === undefined ? 'has no end' : `ends at ${each.until}`;
    const detail = `The price from ${each.from} ${end}, after entry ${next.index} starts at ${next.from}. End it at ${next.from} or before.`;
    return [at(each.index, 'until', detail)];
  });
