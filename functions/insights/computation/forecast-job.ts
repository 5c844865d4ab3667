import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import * as z from 'zod';
import type { Connection } from '../../../shared/lake/sql.ts';
import { forecastRows, type SeriesValues } from './forecast-rows.ts';
import { errorColumns, forecastColumns, seriesRows, seriesTable, tableFrom } from './series.ts';

const Rows = z.array(
  z.object({
    level: z.string(),
    key: z.string(),
    measure: z.string(),
    currency: z.string().nullable(),
    day: z.string(),
    value: z.coerce.number(),
  }),
);

/** Forecasts every series into the tables `forecast` and `forecast_error`; one series at a time is in the memory. */
export async function addForecasts(connection: Connection, date: string, directory: string): Promise<void> {
  await connection.run(seriesTable(date));
  const paths = { days: join(directory, 'forecast.ndjson'), errors: join(directory, 'forecast-errors.ndjson') };
  const files = { days: createWriteStream(paths.days), errors: createWriteStream(paths.errors) };
  for await (const series of seriesOf(connection)) {
    const { errors, days } = forecastRows(series, date);
    await write(files.errors, [errors]);
    await write(files.days, days);
  }
  for (const file of Object.values(files)) {
    file.end();
    await finished(file);
  }
  await connection.run(tableFrom('forecast', paths.days, forecastColumns));
  await connection.run(tableFrom('forecast_error', paths.errors, errorColumns));
}

async function write(file: WriteStream, rows: readonly object[]): Promise<void> {
  if (!file.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))) await once(file, 'drain');
}

async function* seriesOf(connection: Connection): AsyncIterable<SeriesValues> {
  let current: SeriesValues | undefined;
  for await (const chunk of connection.chunks(seriesRows)) {
    for (const { day, value, ...of } of Rows.parse(chunk)) {
      const isSame =
        current?.level === of.level &&
        current.key === of.key &&
        current.measure === of.measure &&
        current.currency === of.currency;
      if (!current || !isSame) {
        if (current) yield current;
        current = { ...of, values: [] };
      }
      current.values.push({ day, value });
    }
  }
  if (current) yield current;
}
