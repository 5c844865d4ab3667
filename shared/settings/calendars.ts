import * as z from 'zod';
import { closest, didYouMean } from '../input/closest.ts';
import { repeatedIds, type RuleProblem } from './rules.ts';
import { isTimeZone } from '../time-zone.ts';

const maxCalendars = 100;
const maxHolidays = 2000;
const maxSpansPerDay = 20;

const TimeOfDay = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'A time of day is HH:MM');
const Span = z
  .strictObject({
    from: TimeOfDay.meta({ description: 'Start, local time', example: '09:00' }),
    to: TimeOfDay.meta({ description: 'End, local time, exclusive; `24:00` is midnight', example: '17:30' }),
  })
  .refine(({ from, to }) => from < to, 'Working hours end after they begin');
/** Ordered, without overlap. */
const Day = z
  .array(Span)
  .max(maxSpansPerDay)
  .refine(
    (spans) => spans.every(({ from }, index) => index === 0 || from >= (spans[index - 1]?.to ?? '')),
    'Working hours of a day are in order and do not overlap',
  );
const weekdays = ['1', '2', '3', '4', '5', '6', '7'] as const;

/** IANA time zone. */
const TimeZone = z
  .string()
  .max(100)
  .refine(isTimeZone, {
    error: ({ input }) =>
      `Not an IANA time zone such as Europe/London${didYouMean(input, Intl.supportedValuesOf('timeZone'))}`,
  })
  .meta({ description: 'IANA time zone of the working hours', example: 'Europe/London' });

const calendarFields = {
  timeZone: TimeZone,
  workingHours: z.partialRecord(z.enum(weekdays), Day).meta({
    maxProperties: weekdays.length,
    description: 'Working hours by weekday, 1 (Monday) to 7 (Sunday). A missing weekday has none',
    example: { '1': [{ from: '09:00', to: '17:30' }] },
  }),
  holidays: z
    .array(z.iso.date())
    .max(maxHolidays)
    .meta({ description: 'Dates without working hours', example: ['2026-12-25'] }),
};
const hasWorkingHours = ({ workingHours }: { workingHours: Partial<Record<string, readonly object[]>> }) =>
  Object.values(workingHours).some((spans = []) => spans.length > 0);
const noWorkingHours = 'A calendar has working hours on at least one weekday';

/** Working hours in local time of the zone. */
export const WorkingCalendar = z.strictObject(calendarFields).refine(hasWorkingHours, noWorkingHours);
export type WorkingCalendar = z.infer<typeof WorkingCalendar>;

/** The calendar in whose working hours refund requests wait for decisions. */
export const refundCalendarId = 'refund-decisions';
/** Calendars that a workflow uses: a document without one of them is refused. */
const usedCalendars = [refundCalendarId];

const CalendarEntry = z
  .strictObject({
    calendarId: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'A calendar has 1 to 64 lower case letters, digits or dashes')
      .meta({
        description: 'Id of the calendar; `refund-decisions` is that of refund approval',
        example: refundCalendarId,
      }),
    ...calendarFields,
  })
  .refine(hasWorkingHours, { path: ['workingHours'], message: noWorkingHours });

/** The calendars without the rules between them. */
export const CalendarList = z.strictObject({
  calendars: z.array(CalendarEntry).min(1).max(maxCalendars).describe('Calendars of the store'),
});
export type CalendarList = z.infer<typeof CalendarList>;

/** What is wrong between the calendars. */
export function calendarProblems({ calendars }: CalendarList): RuleProblem[] {
  const ids = calendars.map(({ calendarId }) => calendarId);
  return [
    ...repeatedIds(
      ids,
      (id) => id,
      (index) => ['calendars', index, 'calendarId'],
    ),
    ...usedCalendars.filter((id) => !ids.includes(id)).map((id) => missing(id, ids)),
    ...calendars.flatMap(({ holidays }, index) =>
      repeatedIds(
        holidays,
        (day) => day,
        (position) => ['calendars', index, 'holidays', position],
      ),
    ),
  ];
}

const missing = (id: string, ids: readonly string[]): RuleProblem => {
  const [likely] = closest(id, ids);
  const at = likely === undefined ? [] : [ids.indexOf(likely), 'calendarId'];
  const hint = likely === undefined ? '' : `: did you mean it by ${likely}?`;
  return { path: ['calendars', ...at], message: `A workflow uses the calendar ${id}${hint}` };
};
