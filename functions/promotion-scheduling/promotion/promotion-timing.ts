import type { PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import type { PromotionState } from '../../../shared/contracts/promotions/promotion.ts';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import { inForce, nextChange } from '../../../shared/pricing/promotions/schedule/in-force.ts';
import { instantOf, wallMsOf } from '../../../shared/pricing/promotions/schedule/wall-time.ts';
import { contentHash } from '../../../shared/ids.ts';
import { compiledOf, type PromotionRecord } from './promotion-record.ts';

type Schedule = PromotionDefinition['schedule'];
type Timed = Pick<CompiledPromotion, 'schedule' | 'paused' | 'endedAt'>;

/** The instants of a schedule in milliseconds, without its occurrences. */
export function spanOf(schedule: Schedule, storeZone: string): { startMs: number; endMs: number } {
  const { start, end, zone = storeZone } = schedule;
  return {
    startMs: start === undefined ? -Infinity : instantOf(wallMsOf(start), zone),
    endMs: end === undefined ? Infinity : instantOf(wallMsOf(end), zone),
  };
}

/** When a promotion ends for ever, in milliseconds. */
export const endOf = ({ schedule, endedAt = Infinity }: Timed, storeZone: string): number =>
  Math.min(spanOf(schedule, storeZone).endMs, endedAt);

/** Whether orders get the promotion at `now` (milliseconds), if nothing else prevents it. */
export const isInForce = ({ schedule, paused, endedAt = Infinity }: Timed, storeZone: string, now: number): boolean =>
  !paused && now < endedAt && inForce(schedule, storeZone, now).state === 'in-force';

/** The next instant at which the promotion starts or stops to be in force; undefined if there is none. */
export function nextBoundary(
  promotion: Timed,
  storeZone: string,
  now: number,
): { at: number; starts: boolean } | undefined {
  const { schedule, paused, endedAt = Infinity } = promotion;
  if (paused || now >= endedAt) return undefined;
  // Also a start in the far future.
  const { startMs } = spanOf(schedule, storeZone);
  const from = Math.max(now, startMs);
  const isFirst = now < startMs && inForce(schedule, storeZone, from).state === 'in-force';
  const next = isFirst ? ({ at: from, state: 'in-force' } as const) : nextChange(schedule, storeZone, from);
  if (!next || next.at >= endedAt) return undefined;
  const starts = next.state === 'in-force';
  // The end of a schedule between two occurrences changes nothing.
  return starts || isInForce(promotion, storeZone, now) ? { at: next.at, starts } : undefined;
}

/** The next start and end, in milliseconds. */
export function nextTimes(promotion: Timed, storeZone: string, now: number): { startMs?: number; endMs?: number } {
  const first = nextBoundary(promotion, storeZone, now);
  const second = first && nextBoundary(promotion, storeZone, first.at);
  const both = [first, second].flatMap((boundary) => (boundary ? [boundary] : []));
  const startMs = both.find(({ starts }) => starts)?.at;
  const endMs = both.find(({ starts }) => !starts)?.at;
  return { ...(startMs !== undefined && { startMs }), ...(endMs !== undefined && { endMs }) };
}

/** The state of a promotion at `now` (milliseconds). */
export function stateAt(record: PromotionRecord, storeZone: string, now: number): PromotionState {
  const { status, endedAt } = record;
  if (endedAt !== undefined) return 'ended';
  const compiled = compiledOf(record);
  if (!compiled) return status === 'approved' ? 'draft' : status;
  if (now >= endOf(compiled, storeZone)) return 'ended';
  if (compiled.paused) return 'paused';
  if (isInForce(compiled, storeZone, now)) return 'active';
  return nextBoundary(compiled, storeZone, now) ? 'scheduled' : 'ended';
}

/** Starts and ends of a promotion that are calculated at most. */
const maxBoundaries = 2000;

/** A time in which a promotion is in force, in milliseconds; the end is exclusive. */
export type Span = { startMs: number; endMs: number };
export const isWithin = ({ startMs, endMs }: Span, at: number) => startMs <= at && at < endMs;

/** Returns a function that gives the spans of a promotion in a period. Promotions with one schedule are calculated once. */
export function spansReader(storeZone: string, from: number, until: number): (promotion: Timed) => Span[] {
  const known = new Map<string, Span[]>();
  return ({ schedule, endedAt }) => {
    const key = contentHash({ schedule, endedAt });
    const spans = known.get(key) ?? spansIn({ schedule, endedAt }, storeZone, from, until);
    known.set(key, spans);
    return spans;
  };
}

function spansIn(timed: Timed, storeZone: string, from: number, until: number): Span[] {
  const spans: Span[] = [];
  let startMs = isInForce(timed, storeZone, from) ? from : undefined;
  let at = from;
  for (let count = 0; count < maxBoundaries && at < until; count += 1) {
    const next = nextBoundary(timed, storeZone, at);
    at = next?.at ?? until;
    if (startMs !== undefined && !next?.starts) spans.push({ startMs, endMs: Math.min(at, until) });
    startMs = next?.starts ? at : undefined;
  }
  return spans;
}
