import { literal } from '../../../shared/lake/sql.ts';

/** SKUs that one run forecasts at most: those with the most units. */
export const maxSkus = 20_000;

/** Daily values of the store, its channels and the SKUs of the last 365 days: units, and sales by currency. */
export const seriesTable = (date: string): string => `
  CREATE TEMP TABLE series AS
  WITH sold AS (
    SELECT sku, sum(units) AS units FROM sale WHERE day > DATE ${literal(date)} - 365 AND day <= DATE ${literal(date)}
    GROUP BY sku HAVING sum(units) > 0 ORDER BY units DESC, sku LIMIT ${maxSkus}),
  levels AS (
    SELECT 'store' AS level, '' AS key, * FROM sale
    UNION ALL SELECT 'channel', coalesce(channel, ''), * FROM sale
    UNION ALL SELECT 'sku', sku, * FROM sale WHERE sku IN (SELECT sku FROM sold))
  SELECT level, key, 'units' AS measure, NULL AS currency, day, sum(units) AS value FROM levels
  WHERE day <= DATE ${literal(date)} GROUP BY level, key, day
  UNION ALL SELECT level, key, 'sales', currency, day, sum(sales) FROM levels
  WHERE day <= DATE ${literal(date)} GROUP BY level, key, currency, day`;

/** SKUs with units in the last 365 days. */
export const soldSkus = (date: string): string =>
  `SELECT count(*) AS skus FROM (SELECT sku FROM sale
   WHERE day > DATE ${literal(date)} - 365 AND day <= DATE ${literal(date)} GROUP BY sku HAVING sum(units) > 0)`;

/** Every value, series by series and day by day. */
export const seriesRows = `SELECT level, key, measure, currency, CAST(day AS VARCHAR) AS day, CAST(value AS VARCHAR) AS value
  FROM series ORDER BY level, key, measure, currency NULLS FIRST, day`;

export const forecastColumns = {
  level: 'VARCHAR',
  key: 'VARCHAR',
  measure: 'VARCHAR',
  currency: 'VARCHAR',
  date: 'VARCHAR',
  expected: 'DOUBLE',
  low80: 'DOUBLE',
  high80: 'DOUBLE',
  low95: 'DOUBLE',
  high95: 'DOUBLE',
} as const;

export const errorColumns = {
  level: 'VARCHAR',
  key: 'VARCHAR',
  measure: 'VARCHAR',
  currency: 'VARCHAR',
  demandClass: 'VARCHAR',
  model: 'VARCHAR',
  baseline: 'VARCHAR',
  shown: 'VARCHAR',
  historyDays: 'INTEGER',
  origins: 'INTEGER',
  mase: 'DOUBLE',
  baselineMase: 'DOUBLE',
  smape: 'DOUBLE',
  baselineSmape: 'DOUBLE',
  coverage80: 'DOUBLE',
  coverage95: 'DOUBLE',
} as const;

/** A table of the rows of an NDJSON file. */
export const tableFrom = (name: string, path: string, columns: Readonly<Record<string, string>>): string => {
  const types = Object.entries(columns).map(([column, type]) => `${column}: ${literal(type)}`);
  return `CREATE TEMP TABLE ${name} AS FROM read_json(${literal(path)}, format = 'newline_delimited',
    columns = {${types.join(', ')}})`;
};
