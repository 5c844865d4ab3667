import * as z from 'zod';
import { InsightFigures } from '../../../shared/contracts/insights/figures.ts';
import { basketCounts, pairsByChance } from '../../../shared/insights/associations.ts';
import type { Connection } from '../../../shared/lake/sql.ts';
import { maxSkus, soldSkus } from './series.ts';

const Whole = z.coerce.number().int();
const Real = z.coerce.number();
const Counts = z.array(z.object({ baskets: Whole, allBaskets: Whole }));
const Forecasts = z.array(z.looseObject({ series: Whole, measured: Whole, baselineShown: Whole }));
const Segments = z.array(z.object({ segment: z.string(), customers: Whole }));
const Churn = z.array(z.object({ tenth: Whole, customers: Whole, predicted: Real, observed: Real }));
const Items = z.array(z.looseObject({ skus: Whole }));

const meanOf = (column: string, name: string) => `round(avg(${column}), 4) AS ${name}`;

/** Figures of the insights, from the tables of their reports. */
export async function figuresOf(
  connection: Connection,
  date: string,
  days: readonly string[],
): Promise<InsightFigures> {
  const one = async (sql: string) =>
    z.array(z.object({ count: Whole })).parse(await connection.rows(sql))[0]?.count ?? 0;
  const counts = Counts.parse(await connection.rows(basketCounts));
  const sold = await one(`SELECT skus AS count FROM (${soldSkus(date)})`);
  return InsightFigures.parse({
    history: { days: days.length, from: days[0] ?? null },
    forecasts: Forecasts.parse(
      await connection.rows(
        `SELECT level, measure, demandClass, count(*) AS series, count(*) FILTER (origins > 0) AS measured,
          count(*) FILTER (origins > 0 AND shown <> model) AS baselineShown, ${meanOf('mase', 'mase')},
          ${meanOf('baselineMase', 'baselineMase')}, ${meanOf('smape', 'smape')}, ${meanOf('baselineSmape', 'baselineSmape')},
          ${meanOf('coverage80', 'coverage80')}, ${meanOf('coverage95', 'coverage95')}
         FROM forecast_error GROUP BY level, measure, demandClass ORDER BY ALL`,
      ),
    ),
    skusNotForecast: Math.max(0, sold - maxSkus),
    associations: {
      baskets: await one('SELECT count(DISTINCT orderId) AS count FROM basket'),
      pairs: await one('SELECT count(*) // 2 AS count FROM "report associations"'),
      expectedByChance: Number(
        pairsByChance(
          counts.map(({ baskets }) => baskets),
          counts[0]?.allBaskets ?? 0,
        ).toFixed(3),
      ),
    },
    segments: Segments.parse(
      await connection.rows('SELECT segment, customers FROM "report segments" ORDER BY customers DESC, segment'),
    ),
    churn: Churn.parse(
      await connection.rows(
        `SELECT * EXCLUDE (heldOut) FROM "report churn-calibration" WHERE heldOut = 'customers' ORDER BY tenth`,
      ),
    ),
    items: Items.parse(
      await connection.rows('SELECT class, movement, count(*) AS skus FROM "report items" GROUP BY ALL ORDER BY ALL'),
    ),
  });
}
