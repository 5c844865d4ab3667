import * as z from 'zod';
import type { DayHour } from '../../../shared/business-day.ts';
import { type Connection, literal } from '../../../shared/lake/sql.ts';

const columns = `{source: 'VARCHAR', 'detail-type': 'VARCHAR',
  detail: 'STRUCT(metadata STRUCT(eventId VARCHAR, occurredAt VARCHAR), data JSON)', customer: 'VARCHAR',
  customerEmail: 'VARCHAR'}`;

const Count = z.coerce.number().int().nonnegative();
const Counts = z.object({ lines: Count, quarantined: Count, events: Count });

/** Counts of the input: `lines` = `events` + `duplicates` + quarantined lines. */
type InputCounts = { files: number; lines: number; events: number; duplicates: number };

/**
 * Reads decompressed lake files into the temporary table `event`, one row per event id: `path, source, type, id, occurredMs,
 * hour, data, customer, customerEmail`. Lines that are not events of these hours go to the table `quarantine`: `path,
 * reason, eventId, orderId`.
 */
export async function loadEvents(connection: Connection, paths: string[], hours: DayHour[]): Promise<InputCounts> {
  const spans = hours.map(({ label, startMs, endMs }) => `(${literal(label)}, ${startMs}, ${endMs})`);
  await connection.run('CREATE TEMP TABLE day_hour (label VARCHAR, startMs BIGINT, endMs BIGINT)');
  if (spans.length > 0) await connection.run(`INSERT INTO day_hour VALUES ${spans.join(', ')}`);
  await connection.run('CREATE TEMP TABLE quarantine (path VARCHAR, reason VARCHAR, eventId VARCHAR, orderId VARCHAR)');
  await connection.run(
    `CREATE TEMP TABLE line (path VARCHAR, source VARCHAR, type VARCHAR, id VARCHAR, occurredMs BIGINT, hasZone BOOLEAN,
       data JSON, customer VARCHAR, customerEmail VARCHAR, reason VARCHAR)`,
  );
  if (paths.length > 0)
    await connection.run(`INSERT INTO line SELECT *, ${quarantineReason} FROM (${readFiles(paths)})`);
  await connection.run(
    "INSERT INTO quarantine SELECT path, reason, nullif(id, ''), NULL FROM line WHERE reason IS NOT NULL",
  );
  // Should copies of an event differ, the one that is kept does not depend on the order of the files.
  await connection.run(
    `CREATE TEMP TABLE event AS SELECT kept.*, day_hour.label AS hour
     FROM (SELECT * EXCLUDE (hasZone, reason) FROM line WHERE reason IS NULL
           QUALIFY row_number() OVER (PARTITION BY id ORDER BY CAST(data AS VARCHAR), customer, path) = 1) AS kept
     ASOF JOIN day_hour ON kept.occurredMs >= day_hour.startMs`,
  );
  const [counts] = await connection.rows(
    `SELECT count(*) AS lines, count(reason) AS quarantined, (SELECT count(*) FROM event) AS events FROM line`,
  );
  await connection.run('DROP TABLE line');
  const { lines, quarantined, events } = Counts.parse(counts);
  return { files: paths.length, lines, events, duplicates: lines - quarantined - events };
}

/** A line that is not JSON, or has another shape, is read as NULLs instead of failing the query. */
const readFiles = (paths: string[]) =>
  `SELECT filename, source, "detail-type" AS type, detail.metadata.eventId AS id,
     epoch_ms(TRY_CAST(detail.metadata.occurredAt AS TIMESTAMPTZ)) AS occurredMs,
     regexp_matches(detail.metadata.occurredAt, '(Z|[+-][0-9]{2}:?[0-9]{2})$') AS hasZone, detail.data,
     customer, customerEmail
   FROM read_json([${paths.map(literal).join(', ')}], format = 'newline_delimited', compression = 'uncompressed',
     columns = ${columns}, filename = true, ignore_errors = true, maximum_object_size = 67108864)`;

const quarantineReason = `CASE
  WHEN source IS NULL OR type IS NULL OR id IS NULL OR id = '' OR occurredMs IS NULL THEN 'unreadable'
  WHEN NOT hasZone THEN 'time-without-zone'
  WHEN occurredMs < (SELECT coalesce(min(startMs), 0) FROM day_hour)
    OR occurredMs >= (SELECT coalesce(max(endMs), 0) FROM day_hour) THEN 'other-day'
END`;
