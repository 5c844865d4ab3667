import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type Connection, literal } from '../../../../shared/lake/sql.ts';
import { type DayFigures, stockMeasures, totalMeasures } from './day-figures.ts';
import { dayPage } from './page.ts';

// Rows of a currency that are read: the memory and the page have a limit.
const maxRows = 300;

const Whole = z.string().transform((text) => BigInt(text));
const SalesRows = z.array(
  z.object({
    key: z.string().nullable(),
    currency: z.string(),
    orders: Whole,
    units: Whole,
    subtotalMinor: Whole,
    salesMinor: Whole,
    rows: Whole,
  }),
);
const TotalRows = z.array(
  z.object({
    channel: z.string().nullable(),
    currency: z.string(),
    orders: Whole,
    units: Whole,
    totalMinor: Whole,
    cancelledMinor: Whole,
    editedMinor: Whole,
    refundedMinor: Whole,
    netMinor: Whole,
  }),
);

const VisitRows = z.array(
  z.object({
    channel: z.string().nullable(),
    currency: z.string(),
    visits: Whole,
    orders: Whole,
    conversion: Whole.nullable(),
  }),
);

const StockRows = z.array(
  z.object({
    category: z.string().nullable(),
    currency: z.string(),
    openingStock: Whole,
    stockReceived: Whole,
    costOfGoods: Whole,
    writeOffs: Whole,
    shrinkage: Whole,
    closingStock: Whole,
    stockTurnover: Whole.nullable(),
    sellThrough: Whole.nullable(),
    rows: Whole,
  }),
);

const Findings = z.array(
  z.object({
    reason: z.string(),
    channel: z.string().nullable(),
    currency: z.string().nullable(),
    measure: z.string(),
    found: Whole,
    median: Whole.nullable(),
  }),
);

/** Writes `report.html` to `directory` from the Parquet files there, so that it has their figures. */
export async function writePage(
  connection: Connection,
  directory: string,
  day: Pick<DayFigures, 'date' | 'timeZone' | 'hours' | 'input'>,
): Promise<string> {
  const file = (report: string) => `read_parquet(${literal(join(directory, `${report}.parquet`))})`;
  const text = (name: string) => `CAST(${name} AS VARCHAR) AS ${name}`;
  const sales = async (by: string) => {
    const measures = ['orders', 'units', 'subtotalMinor', 'salesMinor'].map(text).join(', ');
    return SalesRows.parse(
      await connection.rows(
        `SELECT ${by} AS key, currency, ${measures}, CAST(count(*) OVER (PARTITION BY currency) AS VARCHAR) AS rows
         FROM ${file(`sales-by-${by}`)} AS report
         QUALIFY row_number() OVER (PARTITION BY currency ORDER BY report.salesMinor DESC, key NULLS LAST) <= ${maxRows}
         ORDER BY currency, report.salesMinor DESC, key NULLS LAST`,
      ),
    );
  };
  const totals = TotalRows.parse(
    await connection.rows(
      `SELECT channel, currency, ${['orders', 'units', ...totalMeasures].map(text).join(', ')}
       FROM ${file('totals-by-channel')} ORDER BY channel NULLS LAST, currency`,
    ),
  );
  const ofVisits = ['visits', 'orders', 'conversion'].map(text).join(', ');
  const visits = VisitRows.parse(
    await connection.rows(
      `SELECT channel, currency, ${ofVisits} FROM ${file('totals-by-channel')} WHERE visits <> 0
       UNION ALL SELECT NULL, currency, ${ofVisits} FROM ${file('metrics-by-day')} WHERE visits <> 0
       ORDER BY channel NULLS LAST, currency`,
    ),
  );
  const stock = StockRows.parse(
    await connection.rows(
      `SELECT category, currency, ${[...stockMeasures, 'stockTurnover', 'sellThrough'].map(text).join(', ')},
         CAST(count(*) OVER (PARTITION BY currency) AS VARCHAR) AS rows
       FROM ${file('stock-value-by-category')} AS report
       QUALIFY row_number() OVER (PARTITION BY currency ORDER BY report.closingStock DESC, category NULLS LAST) <= ${maxRows}
       ORDER BY currency, report.closingStock DESC, category NULLS LAST`,
    ),
  );
  const [byHour, byCategory, bySku] = [await sales('hour'), await sales('category'), await sales('sku')];
  const findings = Findings.parse(
    await connection.rows(
      `SELECT * EXCLUDE (found, median), ${['found', 'median'].map(text).join(', ')}
       FROM ${file('data-quality')} WHERE median IS NOT NULL OR reason = 'no-events' ORDER BY ALL LIMIT ${maxRows}`,
    ),
  );
  const path = join(directory, 'report.html');
  await writeFile(path, dayPage({ ...day, totals, visits, stock, byHour, byCategory, bySku, findings }));
  return path;
}
