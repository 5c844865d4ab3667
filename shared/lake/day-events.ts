import * as z from 'zod';
import { type Connection, literal } from './sql.ts';

/** An event of the lake. `customer` is the pseudonym of its customer. */
export type LakeEvent = { id: string; type: string; occurredMs: number; data: unknown; customer?: string | undefined };

const columns = `{'detail-type': 'VARCHAR',
  detail: 'STRUCT(metadata STRUCT(eventId VARCHAR, occurredAt VARCHAR), data VARCHAR)', customer: 'VARCHAR'}`;

const Row = z.object({
  id: z.string(),
  type: z.string(),
  occurredMs: z.coerce.number(),
  data: z.string(),
  customer: z.string().nullable(),
});

/**
 * The events of these types in decompressed lake files of one day, each id once, in the order of their time. They are read
 * in chunks, and sorted on disk if they do not fit into the memory. Lines that are not events are left out.
 */
export async function* dayEvents(
  connection: Connection,
  paths: readonly string[],
  types: readonly string[],
): AsyncGenerator<LakeEvent[]> {
  if (paths.length === 0) return;
  let lastId = '';
  for await (const rows of connection.chunks(sortedEvents(paths, types))) {
    const events: LakeEvent[] = [];
    for (const row of rows.map((each) => Row.parse(each))) {
      // Copies of an event have one time, so that they are neighbours.
      if (row.id === lastId) continue;
      lastId = row.id;
      events.push({ ...row, data: JSON.parse(row.data), customer: row.customer ?? undefined });
    }
    yield events;
  }
}

const sortedEvents = (paths: readonly string[], types: readonly string[]) =>
  `SELECT id, type, occurredMs, data, customer FROM (
     SELECT detail.metadata.eventId AS id, "detail-type" AS type,
       epoch_ms(TRY_CAST(detail.metadata.occurredAt AS TIMESTAMPTZ)) AS occurredMs, detail.data AS data, customer
     FROM read_json([${paths.map(literal).join(', ')}], format = 'newline_delimited', compression = 'uncompressed',
       columns = ${columns}, ignore_errors = true, maximum_object_size = 67108864))
   WHERE type IN (${types.map(literal).join(', ')}) AND id IS NOT NULL AND occurredMs IS NOT NULL AND data IS NOT NULL
   ORDER BY occurredMs, id`;
