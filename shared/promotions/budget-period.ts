import { daysBefore, lazyBusinessDay } from '../business-day.ts';

type Period = 'total' | 'day' | 'week' | 'month';

/** The calendar of a zone is slow to load, and a store has few zones. */
const calendars = new Map<string, (instantMs: number) => string>();
function dayIn(timeZone: string, at: number): string {
  const calendar = calendars.get(timeZone) ?? lazyBusinessDay(timeZone);
  calendars.set(timeZone, calendar);
  return calendar(at);
}

/** The period of a budget that an instant is in: `total`, a day, the Monday of a week, or a month. */
export function budgetPeriod(per: Period, at: number, timeZone: string): string {
  if (per === 'total') return per;
  const day = dayIn(timeZone, at);
  if (per === 'day') return day;
  return per === 'month' ? day.slice(0, 'YYYY-MM'.length) : `W${daysBefore(day, daysSinceMonday(day))}`;
}

const daysSinceMonday = (day: string) => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
