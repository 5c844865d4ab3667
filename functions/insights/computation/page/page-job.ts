import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { InsightFigures } from '../../../../shared/contracts/insights/figures.ts';
import { daysBefore, daysFrom } from '../../../../shared/business-day.ts';
import { type Connection, literal } from '../../../../shared/lake/sql.ts';
import { insightPage, type StoreSeries } from './page.ts';

const pastDays = 56;
const maxCurrencies = 12;
const maxRows = 20;

const Real = z.coerce.number();
const End = Real.nullable();
const Days = z.array(
  z.object({
    measure: z.string(),
    currency: z.string().nullable(),
    date: z.string(),
    expected: Real,
    low80: End,
    high80: End,
    low95: End,
    high95: End,
    holiday: z.string().nullable(),
    promotions: z.string().nullable(),
  }),
);
const Past = z.array(z.object({ measure: z.string(), currency: z.string().nullable(), day: z.string(), value: Real }));
const TopSkus = z.array(
  z.object({ sku: z.string(), expected: Real, high95: End, shown: z.string(), demandClass: z.string() }),
);
const Pairs = z.array(
  z.object({ sku: z.string(), withSku: z.string(), baskets: Real, confidence: Real, lift: Real, zhang: Real }),
);

/** Writes `insights.html` to `directory` from the tables of the reports, so that it has their figures. */
export async function writePage(
  connection: Connection,
  directory: string,
  { date, timeZone, figures }: { date: string; timeZone: string; figures: InsightFigures },
): Promise<string> {
  const path = join(directory, 'insights.html');
  const topSkus = TopSkus.parse(
    await connection.rows(
      `SELECT key AS sku, round(sum(expected), 3) AS expected, round(sum(high95), 3) AS high95, any_value(shown) AS shown,
         any_value(demandClass) AS demandClass
       FROM "report forecast" JOIN forecast_error USING (level, key, measure)
       WHERE level = 'sku' AND measure = 'units' GROUP BY key ORDER BY 2 DESC, 1 LIMIT ${maxRows}`,
    ),
  );
  const pairs = Pairs.parse(
    await connection.rows(
      `SELECT * EXCLUDE (support) FROM "report associations" ORDER BY zhang DESC, baskets DESC, sku, withSku LIMIT ${maxRows}`,
    ),
  );
  const store = await storeSeries(connection, date);
  await writeFile(path, insightPage({ date, timeZone, figures, store, topSkus, pairs }));
  return path;
}

/** The series of the store: units, then sales of each currency. */
async function storeSeries(connection: Connection, date: string): Promise<StoreSeries[]> {
  const from = daysBefore(date, pastDays - 1);
  const days = Days.parse(
    await connection.rows(
      `SELECT measure, currency, date, expected, low80, high80, low95, high95, holiday, promotions
       FROM "report forecast" WHERE level = 'store' ORDER BY measure DESC, currency, date`,
    ),
  );
  const past = Past.parse(
    await connection.rows(
      `SELECT measure, currency, CAST(day AS VARCHAR) AS day, CAST(value AS VARCHAR) AS value FROM series
       WHERE level = 'store' AND day >= DATE ${literal(from)} ORDER BY ALL`,
    ),
  );
  const keyOf = ({ measure, currency }: { measure: string; currency: string | null }) => `${measure} ${currency}`;
  return [...Map.groupBy(days, keyOf)].slice(0, maxCurrencies + 1).flatMap(([key, own]) => {
    const [first] = own;
    if (!first) return [];
    const values = new Map(past.filter((each) => keyOf(each) === key).map(({ day, value }) => [day, value]));
    const dense = daysFrom(from, date, pastDays).map((day) => ({ day, value: values.get(day) ?? 0 }));
    return [{ measure: first.measure, currency: first.currency, past: dense, days: own }];
  });
}
