import type { PromotionSchedule } from '../../../contracts/promotions/definition.ts';
import { isOccurrence, parseRecurrence, type Recurrence } from './recurrence.ts';
import { dayMs, instantOf, wallMsOf, wallTimeAt } from './wall-time.ts';

export type ScheduleState = 'in-force' | 'not-started' | 'ended' | 'not-now';

/** The state at an instant, and until when it certainly holds, in milliseconds (exclusive; Infinity: for ever). */
export type InForce = { state: ScheduleState; until: number };

/** Days that are searched for the next occurrence. Afterwards the state is computed again. */
const searchedDays = 400;

/**
 * Whether a schedule is in force: from its start until before its end, and in an occurrence if it recurs. Occurrences are
 * days of wall time; their start and end are then converted to instants. One without duration is omitted.
 */
export function inForce(schedule: PromotionSchedule, storeZone: string, at: number): InForce {
  const { zone = storeZone } = schedule;
  const start = schedule.start === undefined ? -Infinity : instantOf(wallMsOf(schedule.start), zone);
  const end = schedule.end === undefined ? Infinity : instantOf(wallMsOf(schedule.end), zone);
  if (at >= end) return { state: 'ended', until: Infinity };
  if (at < start) return { state: 'not-started', until: start };
  if (schedule.rrule === undefined && schedule.hours === undefined) return { state: 'in-force', until: end };
  const { state, until } = occurrenceAt(daysOf(schedule, zone), at);
  return { state, until: Math.min(until, end) };
}

/** The next instant at which the schedule starts or stops to be in force; undefined if there is none in ten years. */
export function nextChange(
  schedule: PromotionSchedule,
  zone: string,
  at: number,
): { at: number; state: ScheduleState } | undefined {
  const before = inForce(schedule, zone, at);
  let now = before;
  const limit = at + 3660 * dayMs;
  while (now.until < limit) {
    const instant = now.until;
    now = inForce(schedule, zone, instant);
    if ((now.state === 'in-force') !== (before.state === 'in-force') || now.state === 'ended') {
      return { at: instant, state: now.state };
    }
  }
  return undefined;
}

/** Days of occurrences, and when one starts and ends. */
type Days = {
  zone: string;
  isDay: (day: number) => boolean;
  /** From midnight of the day, in milliseconds of wall time. */
  fromMs: number;
  toMs: number;
};

function daysOf({ rrule, hours, start }: PromotionSchedule, zone: string): Days {
  const recurrence: Recurrence | undefined = rrule === undefined ? undefined : parseRecurrence(rrule);
  // Without a start, a rule is as old as time; its intervals count from a Monday that starts a month and a year.
  const first = Math.floor((start === undefined ? Date.UTC(1900, 0, 1) : wallMsOf(start)) / dayMs);
  const fromMs = timeMs(hours?.from ?? '00:00');
  const toMs = timeMs(hours?.to ?? '24:00');
  return {
    zone,
    isDay: (day) => (recurrence ? isOccurrence(recurrence, day, first) : day >= first),
    fromMs,
    toMs: toMs > fromMs ? toMs : toMs + dayMs,
  };
}

function timeMs(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}

function occurrenceAt(days: Days, at: number): InForce {
  const today = Math.floor(wallTimeAt(at, days.zone) / dayMs);
  // An occurrence starts two days before at most: it lasts a day, and a zone can skip one.
  for (let day = today - 2; day <= today + searchedDays; day += 1) {
    if (!days.isDay(day)) continue;
    const start = instantOf(day * dayMs + days.fromMs, days.zone);
    const end = instantOf(day * dayMs + days.toMs, days.zone);
    if (start < end && start <= at && at < end) return { state: 'in-force', until: end };
    if (start < end && start > at) return { state: 'not-now', until: start };
  }
  return { state: 'not-now', until: at + (searchedDays - 2) * dayMs };
}
