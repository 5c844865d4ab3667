import * as z from 'zod';
import type { DayHour } from '../../../shared/business-day.ts';
import { type Connection, literal } from '../../../shared/lake/sql.ts';

const columns = `{source: 'VARCHAR', 'detail-type': 'VARCHAR',
  detail: 'STRUCT(metadata STRUCT(eventId VARCHAR, occurredAt VARCHAR), data JSON)', customer: 'VARCHAR',
  customerEmail: 'VARCHAR'}`;

const Count = z.coerce.number().int().nonnegative();
const Counts = z.array(z.object({ rows: Count }));

/** Counts of the input: `lines` = `events` + `duplicates` + quarantined lines. */
type InputCounts = { files: number; lines: number; events: number; duplicates: number };

/**
 * Reads decompressed lake files into the temporary table `event`, one row per event id: `path, source, type, id, occurredMs,
 * hour, data, customer, customerEmail`. Lines that are not events of these hours go to the table `quarantine`: `path,
 * reason, eventId, orderId`.
 */
export async function loadEvents(connection: Connection, paths: string[], hours: DayHour[]): Promise<InputCounts> {
  await connection.run('CREATE TEMP TABLE quarantine (path VARCHAR, reason VARCHAR, eventId VARCHAR, orderId VARCHAR)');
  await connection.run(
    `CREATE TEMP TABLE event (path VARCHAR, source VARCHAR, type VARCHAR, id VARCHAR, occurredMs BIGINT, data JSON,
       customer VARCHAR, customerEmail VARCHAR, reason VARCHAR, hour VARCHAR)`,
  );
  if (paths.length > 0) {
    await connection.run(
      `INSERT INTO event SELECT * EXCLUDE (hasZone), ${quarantineReason(hours)}, ${hourLabel(hours)} FROM (${readFiles(paths)})`,
    );
  }
  const lines = await rowsOfEvents(connection);
  await connection.run(
    "INSERT INTO quarantine SELECT path, reason, nullif(id, ''), NULL FROM event WHERE reason IS NOT NULL",
  );
  await connection.run('DELETE FROM event WHERE reason IS NOT NULL');
  const valid = await rowsOfEvents(connection);
  await connection.run('CREATE TEMP TABLE repeated AS SELECT id FROM event GROUP BY id HAVING count(*) > 1');
  // Should copies of an event differ, the one that is kept does not depend on the order of the files. Only repeated events
  // are sorted, as their data is a sort key.
  await connection.run(
    `DELETE FROM event WHERE rowid IN (
       SELECT copy FROM (
         SELECT rowid AS copy, row_number() OVER (PARTITION BY id ORDER BY CAST(data AS VARCHAR), customer, path) AS number
         FROM event WHERE id IN (FROM repeated))
       WHERE number > 1)`,
  );
  await connection.run('DROP TABLE repeated');
  const events = await rowsOfEvents(connection);
  return { files: paths.length, lines, events, duplicates: valid - events };
}

async function rowsOfEvents(connection: Connection): Promise<number> {
  const [counted] = Counts.parse(await connection.rows('SELECT count(*) AS rows FROM event'));
  return counted?.rows ?? 0;
}

/** A line that is not JSON, or has another shape, is read as NULLs instead of failing the query. */
const readFiles = (paths: string[]) =>
  `SELECT filename, source, "detail-type" AS type, detail.metadata.eventId AS id,
     epoch_ms(TRY_CAST(detail.metadata.occurredAt AS TIMESTAMPTZ)) AS occurredMs,
     regexp_matches(detail.metadata.occurredAt, '(Z|[+-][0-9]{2}:?[0-9]{2})$') AS hasZone, detail.data,
     customer, customerEmail
   FROM read_json([${paths.map(literal).join(', ')}], format = 'newline_delimited', compression = 'uncompressed',
     columns = ${columns}, filename = true, ignore_errors = true, maximum_object_size = 67108864)`;

const quarantineReason = (hours: DayHour[]) => `CASE
  WHEN source IS NULL OR type IS NULL OR id IS NULL OR id = '' OR occurredMs IS NULL THEN 'unreadable'
  WHEN NOT hasZone THEN 'time-without-zone'
  WHEN occurredMs < ${hours.at(0)?.startMs ?? 0} OR occurredMs >= ${hours.at(-1)?.endMs ?? 0} THEN 'other-day'
END`;

/** The hour of a time before the end of the day. A zone that moves across the date line has days without hours. */
const hourLabel = (hours: DayHour[]) =>
  `CASE WHEN false THEN '' ${hours.map(({ label, endMs }) => `WHEN occurredMs < ${endMs} THEN ${literal(label)}`).join(' ')} END`;
