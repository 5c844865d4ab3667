import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Holidays from 'date-holidays';
import { holidayFile } from '../../shared/insights/holidays.ts';
import { store } from '../store.ts';

/** Years that are written: the package and its calendars are 2 MB, and the functions need the days only. */
const years = Array.from({ length: 36 }, (_, index) => 2010 + index);

/** Public holidays of the store's country and region by day. */
function publicHolidays({ country, region }: { country: string; region?: string }): Record<string, string> {
  const holidays = region === undefined ? new Holidays(country) : new Holidays(country, region);
  holidays.setLanguages('en');
  const found = years
    .flatMap((year) => holidays.getHolidays(year))
    .filter(({ type }) => type === 'public' || type === 'bank')
    .map(({ date, name }) => [date.slice(0, 10), name] as const);
  return Object.fromEntries(found);
}

/** Writes the file of the holidays beside a bundle. */
export const writeHolidayFile = (directory: string): void =>
  writeFileSync(join(directory, holidayFile), JSON.stringify(publicHolidays(store.holidays)));
