import { literal } from '../../../../shared/lake/sql.ts';
import { type Breakdown, breakdowns } from '../../../../shared/metrics/breakdowns.ts';
import { factDimensions, factMeasures } from '../../../../shared/metrics/facts.ts';
import { opens } from '../../../../shared/metrics/measure.ts';
import { number, text } from '../../../../shared/reports/report-columns.ts';
import type { Report } from '../../../../shared/reports/publishing/report.ts';

/*
 * SQL that compares two versions of a day. `before` and `after` are Parquet files of one report.
 * Table           Rows
 * `moved`         facts of the events that only one version has or that differ, with their `side`: before or after
 * `change_line`   cells that differ, with the events that caused it
 */

/** Ids of events of a line at most; `events` is their number. */
const maxEventIds = 20;
/** Lines of the file at most. */
export const maxLines = 10_000;

/** The columns of `changes.csv`. A row that one version does not have is one line with the column `row` in lists. */
export const changeColumns = [
  ...['report', 'row', 'column', 'before', 'after'].map(text),
  number('events'),
  text('eventIds'),
];

const file = (path: string) => `read_parquet(${literal(path)})`;
const quoted = (column: string) => `"${column}"`;
const dimensions: ReadonlySet<string> = new Set(factDimensions);
const keysOf = ({ rowId, columns }: Report): readonly string[] =>
  rowId ?? columns.filter(({ type }) => type === 'text').map(({ name }) => name);
/** The keys of a row as one text: `channel=web; currency=GBP`. */
const textOf = (keys: readonly string[]) =>
  keys.length === 0
    ? "''"
    : `concat_ws('; ', ${keys.map((key) => `'${key}=' || coalesce(${quoted(key)}, '')`).join(', ')})`;

/** An order of the facts of an event gives one checksum, as they are added. */
const checksums = (path: string, columns: readonly string[]) =>
  `SELECT eventId, count(*) AS facts, sum(CAST(hash(${columns.map(quoted).join(', ')}) AS HUGEINT)) AS checksum
   FROM ${file(path)} GROUP BY eventId`;

/** Creates `moved`. `columns` are those that the facts of both versions have. */
export const movedFacts = (before: string, after: string, columns: readonly string[]): string[] => [
  `CREATE TEMP TABLE moved_event AS
   SELECT eventId FROM (${checksums(before, columns)}) AS b FULL JOIN (${checksums(after, columns)}) AS a USING (eventId)
   WHERE (a.facts, a.checksum) IS DISTINCT FROM (b.facts, b.checksum)`,
  `CREATE TEMP TABLE moved AS
   SELECT 'after' AS side, * FROM ${file(after)} WHERE eventId IN (FROM moved_event)
   UNION ALL BY NAME
   SELECT 'before' AS side, * FROM ${file(before)} WHERE eventId IN (FROM moved_event)`,
];
/** On versions before the facts. */
export const noMovedFacts = `CREATE TEMP TABLE moved (side VARCHAR, ${factDimensions.map((name) => `${name} VARCHAR`).join(', ')},
  ${factMeasures.map((name) => `${name} BIGINT`).join(', ')})`;

export const changeTable = `CREATE TEMP TABLE change_line (position INTEGER, report VARCHAR, "row" VARCHAR, "column" VARCHAR,
  before VARCHAR, after VARCHAR, events BIGINT, eventIds VARCHAR)`;

/** The cells of a version: its rows in columns `key`, `cause`, `name` and `value`, without those that are empty. */
function cells(path: string, keys: readonly string[], values: readonly string[]): string {
  const texts = values.map((name) => `CAST(${quoted(name)} AS VARCHAR) AS ${quoted(name)}`).join(', ');
  const causes = keys.filter((key) => dimensions.has(key));
  return `SELECT * FROM (UNPIVOT (SELECT DISTINCT ${textOf(keys)} AS key, ${textOf(causes)} AS cause, 'present' AS "row", ${texts}
    FROM ${file(path)}) ON ${['row', ...values].map(quoted).join(', ')} INTO NAME name VALUE value)`;
}

/** What each moved event changed in a row of the report: `cause`, `measure` (NULL: any figure) and `eventId`. */
function causesOf(report: Report, keys: readonly string[]): string {
  const cause = textOf(keys.filter((key) => dimensions.has(key)));
  const { where = 'true', measures = [] } = breakdownOf(report) ?? {};
  const any = `SELECT DISTINCT ${cause} AS cause, CAST(NULL AS VARCHAR) AS measure, eventId FROM moved WHERE ${where}`;
  const sums = measures.filter(opens);
  if (sums.length === 0) return any;
  const figures = sums.map(({ name, sql }) => `CAST(${sql} AS VARCHAR) AS ${quoted(name)}`).join(', ');
  const value = (side: string) => `coalesce(max(value) FILTER (WHERE side = '${side}'), '0')`;
  return `${any} UNION ALL
    SELECT cause, measure, eventId
    FROM (UNPIVOT (SELECT ${cause} AS cause, eventId, side, ${figures} FROM moved WHERE ${where} GROUP BY ALL)
          ON ${sums.map(({ name }) => quoted(name)).join(', ')} INTO NAME measure VALUE value)
    GROUP BY cause, measure, eventId HAVING ${value('before')} <> ${value('after')}`;
}

const breakdownOf = ({ name }: Report): Breakdown | undefined =>
  Object.values<Breakdown>(breakdowns).find(({ report }) => report === name);

/** Adds the cells of a report that differ. `common` are the columns that both versions have. */
export function changedCells(
  report: Report,
  position: number,
  { before, after, common }: { before: string; after: string; common: readonly string[] },
): string {
  const keys = keysOf(report);
  const values = common.filter((name) => !keys.includes(name));
  const summed = (breakdownOf(report)?.measures ?? []).filter(opens).map(({ name }) => literal(name));
  const measure = summed.length === 0 ? 'NULL' : `CASE WHEN name IN (${summed.join(', ')}) THEN name END`;
  // A row of a list is there or not; a row of figures that are all 0 says nothing.
  const rows = report.rowId
    ? `QUALIFY (name = 'row') = (count(*) FILTER (WHERE name = 'row') OVER (PARTITION BY key) > 0)`
    : `WHERE name <> 'row'`;
  return `INSERT INTO change_line
    WITH changed AS (
      SELECT coalesce(b.key, a.key) AS key, coalesce(b.cause, a.cause) AS cause, coalesce(b.name, a.name) AS name,
        b.value AS before, a.value AS after
      FROM (${cells(before, keys, values)}) AS b FULL JOIN (${cells(after, keys, values)}) AS a
        ON a.key = b.key AND a.name = b.name
      WHERE b.value IS DISTINCT FROM a.value AND NOT (coalesce(b.value, '0') = '0' AND coalesce(a.value, '0') = '0')),
    line AS (SELECT * FROM changed ${rows}),
    caused AS (
      SELECT cause, measure, count(*) AS events,
        array_to_string(list_sort(list(eventId))[1:${maxEventIds}], ' ') AS eventIds
      FROM (${causesOf(report, keys)}) GROUP BY cause, measure)
    SELECT ${position}, '${report.name}', key, name, before, after, coalesce(events, 0), coalesce(eventIds, '')
    FROM line LEFT JOIN caused ON caused.cause = line.cause AND caused.measure IS NOT DISTINCT FROM ${measure}`;
}
