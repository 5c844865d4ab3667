import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { holidayFile } from '../../../../shared/insights/holidays.ts';

/** Names of public holidays of the store's country by day. The build writes the file beside the function's bundle. */
export const readHolidays = (directory: string): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(
      z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(join(directory, holidayFile), 'utf8'))),
    ),
  );
