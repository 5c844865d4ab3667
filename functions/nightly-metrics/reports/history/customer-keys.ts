import { OrderPlaced } from '../../../../shared/contracts/orders/events.ts';
import { OrderImported } from '../../../../shared/contracts/orders/import-events.ts';
import { literal } from '../../../../shared/lake/sql.ts';

const columns = `{'detail-type': 'VARCHAR', customer: 'VARCHAR', customerEmail: 'VARCHAR'}`;

/**
 * Pseudonyms only: events before 2026-11-30 have the customer's id and address instead, which this file must not repeat.
 * Their customers are in it once an operator has rewritten the events.
 */
const keys = (paths: readonly string[]) =>
  `SELECT DISTINCT key FROM (
     SELECT unnest([customer, customerEmail]) AS key
     FROM read_json([${paths.map(literal).join(', ')}], format = 'newline_delimited', compression = 'uncompressed',
       columns = ${columns}, ignore_errors = true, maximum_object_size = 67108864)
     WHERE "detail-type" IN ('${OrderPlaced.detailType}', '${OrderImported.detailType}'))
   WHERE key IS NOT NULL ORDER BY key`;

/** SQL that writes the keys of the customers of a day's lake files to a Parquet file. */
export const customerKeys = (paths: readonly string[], to: string) =>
  `COPY (${paths.length > 0 ? keys(paths) : "SELECT '' AS key WHERE false"}) TO ${literal(to)} (FORMAT parquet)`;
