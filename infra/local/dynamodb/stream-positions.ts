import type { State } from '../state.ts';

/**
 * The position of each mapping in each shard (its checkpoint). Stored after the function has processed the records, so
 * that an engine repeats records after a kill and never skips any.
 */
export function openPositions({ db }: State, mappingId: string) {
  db.exec(`
    CREATE TABLE IF NOT EXISTS stream_mappings (mapping TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS stream_positions (
      mapping TEXT, shard TEXT, sequence TEXT, closed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (mapping, shard)
    ) WITHOUT ROWID`);
  const start = db.prepare('INSERT OR IGNORE INTO stream_mappings (mapping, since) VALUES (?, ?)');
  const started = db.prepare('SELECT since FROM stream_mappings WHERE mapping = ?');
  const read = db.prepare('SELECT sequence, closed FROM stream_positions WHERE mapping = ? AND shard = ?');
  const advance = db.prepare(
    `INSERT INTO stream_positions (mapping, shard, sequence) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET sequence = excluded.sequence`,
  );
  const finish = db.prepare(
    `INSERT INTO stream_positions (mapping, shard, closed) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET closed = 1`,
  );
  return {
    /** Time (ms) of the oldest record for the mapping, set at its first start. */
    since: (atFirstStart: number): number => {
      start.run(mappingId, atFirstStart);
      return (started.get(mappingId) as { since: number }).since;
    },
    /** Last processed sequence number; `undefined` at the start of the shard. */
    reached: (shard: string) =>
      (read.get(mappingId, shard) as { sequence: string | null } | undefined)?.sequence ?? undefined,
    isClosed: (shard: string) => (read.get(mappingId, shard) as { closed: number } | undefined)?.closed === 1,
    advance: (shard: string, sequence: string) => void advance.run(mappingId, shard, sequence),
    close: (shard: string) => void finish.run(mappingId, shard),
  };
}
export type Positions = ReturnType<typeof openPositions>;
