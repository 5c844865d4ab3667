import { createHash } from 'node:crypto';
import { StockValued } from '../../../../shared/contracts/ledger/stock-value-events.ts';
import { literal } from '../../../../shared/lake/sql.ts';
import { isStockValue, stockValueShape } from '../facts/stock-value-facts.ts';

const columns = `{'detail-type': 'VARCHAR', detail: 'STRUCT(metadata STRUCT(eventId VARCHAR), data JSON)'}`;
const none =
  "SELECT '' AS sku, '' AS category, '' AS currency, CAST(0 AS DECIMAL(38, 0)) AS units, CAST(0 AS DECIMAL(38, 0)) AS valueMinor WHERE false";
const listOf = (paths: readonly string[]) => `[${paths.map(literal).join(', ')}]`;
const exactSum = (sql: string) => `CAST(sum(${sql}) AS DECIMAL(38, 0))`;

/** Each event once: of copies, the one that reports count (`load-events.ts`), as all have the same text. */
const changes = (paths: readonly string[]) =>
  `SELECT change.sku AS sku, max(change.category) AS category, change.currency AS currency,
     ${exactSum('CAST(change.units AS BIGINT)')} AS units, ${exactSum('CAST(change.valueMinor AS BIGINT)')} AS valueMinor
   FROM (SELECT unnest(v.changes) AS change
         FROM (SELECT from_json(data, '${stockValueShape}') AS v
               FROM (SELECT detail.metadata.eventId AS id, min(CAST(detail.data AS VARCHAR)) AS data
                     FROM read_json(${listOf(paths)}, format = 'newline_delimited', compression = 'uncompressed',
                       columns = ${columns}, ignore_errors = true, maximum_object_size = 67108864)
                     WHERE "detail-type" = '${StockValued.detailType}' AND detail.metadata.eventId <> '' GROUP BY id))
         WHERE ${isStockValue('v')})
   GROUP BY change.sku, change.currency ORDER BY change.currency, change.sku`;

const toParquet = (query: string, to: string) => `COPY (${query}) TO ${literal(to)} (FORMAT parquet)`;

/** SQL that writes the changes of the stock of a day's lake files, by SKU and currency, to a Parquet file. */
export const stockChangesOf = (paths: readonly string[], to: string) =>
  toParquet(paths.length > 0 ? changes(paths) : none, to);

/** SQL that adds files of changes, and a closing file, in the order of their days. The last category of a SKU counts. */
export const closingOf = (paths: readonly string[], to: string) =>
  toParquet(
    paths.length === 0
      ? none
      : `SELECT sku, arg_max(category, file_index) AS category, currency, ${exactSum('units')} AS units,
           ${exactSum('valueMinor')} AS valueMinor
         FROM (SELECT *, list_position(${listOf(paths)}, filename) AS file_index
               FROM read_parquet(${listOf(paths)}, filename = true))
         GROUP BY sku, currency HAVING sum(units) <> 0 OR sum(valueMinor) <> 0 ORDER BY currency, sku`,
    to,
  );

/** The name of the closing file of each day: the day, and a hash of all changes up to it. */
export function chainOf(days: readonly { day: string; etag: string }[]): string[] {
  let hash = '';
  return days.map(({ day, etag }) => {
    hash = createHash('sha256').update(`${hash} ${day} ${etag}`).digest('hex').slice(0, 32);
    return `${day}~${hash}`;
  });
}
