import * as z from 'zod';
import { StoredText } from '../bounds.ts';

const count = (description: string, example: number) => z.int().nonnegative().meta({ description, example });
const mean = (description: string, example: number) => z.number().nullable().meta({ description, example });
const text = (description: string, example: string) => StoredText.meta({ description, example });

/** Figures of a day's insights, in the manifest and on the page. */
export const InsightFigures = z
  .object({
    history: z
      .object({
        days: count('Days with published reports that were read', 365),
        from: StoredText.nullable().meta({ description: 'The first of them', example: '2025-11-30' }),
      })
      .describe('What the insights are computed from'),
    forecasts: z
      .array(
        z.object({
          level: z.enum(['store', 'channel', 'sku']).describe('What the series are of'),
          measure: z.enum(['units', 'sales']).describe('Units, or sales in minor units'),
          demandClass: z
            .enum(['smooth', 'erratic', 'intermittent', 'lumpy'])
            .describe('How regular the demand is: see the glossary'),
          series: count('Series of the class', 412),
          measured: count('Series with a history that is long enough to measure errors', 398),
          baselineShown: count('Series whose model did not beat its baseline', 121),
          mase: mean('Mean MASE of the models; below 1 is better than repeating last week', 0.91),
          baselineMase: mean('Mean MASE of the better baseline', 0.98),
          smape: mean('Mean sMAPE of the models, percent', 41.2),
          baselineSmape: mean('Mean sMAPE of the better baseline, percent', 44.8),
          coverage80: mean('Share of the days inside the 80 % band', 0.82),
          coverage95: mean('Share of the days inside the 95 % band', 0.96),
        }),
      )
      .max(24)
      .describe('Errors of the forecasts over their rolling origins'),
    skusNotForecast: count('SKUs above the limit of one run, with the fewest units', 0),
    associations: z
      .object({
        baskets: count('Orders of the last 365 days', 48_210),
        pairs: count('Pairs of SKUs in at least 20 baskets', 36),
        expectedByChance: z.number().meta({ description: 'Pairs that independent SKUs would show', example: 0.4 }),
      })
      .describe('SKUs that are bought together'),
    segments: z
      .array(z.object({ segment: text('Name', 'champions'), customers: count('Customers', 120) }))
      .max(20)
      .describe('Customers by segment'),
    churn: z
      .array(
        z.object({
          tenth: count('Tenth of the risk: 3 is from 30 % to below 40 %', 3),
          customers: count('Customers', 90),
          predicted: z.number().meta({ description: 'Mean risk', example: 0.35 }),
          observed: z.number().meta({ description: 'Share that placed no order in 90 days', example: 0.33 }),
        }),
      )
      .max(10)
      .describe('Calibration of the churn risk over customers that were held out'),
    items: z
      .array(
        z.object({
          class: z.enum(['A', 'B', 'C']).describe('Share of the sales: see the glossary'),
          movement: z.enum(['moving', 'slow', 'idle']).describe('Days since the last sale'),
          skus: count('SKUs', 80),
        }),
      )
      .max(9)
      .describe('SKUs by class'),
  })
  .meta({ id: 'InsightFigures' });
export type InsightFigures = z.infer<typeof InsightFigures>;
