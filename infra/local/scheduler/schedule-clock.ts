import type { LocalContext } from '../context.ts';
import { nextOccurrence } from './schedule-expression.ts';

/** The timing of a schedule; times in ms since the epoch. */
type Timing = {
  expression: string;
  timeZone: string;
  startAt?: number | undefined;
  endAt?: number | undefined;
  /** Flexible time window: each invocation has a random delay below this. */
  windowMs: number;
  /** True for a disabled schedule. */
  isPaused: boolean;
};

/** An invocation: its scheduled time, and whether it is the last one. */
type Firing = { arn: string; occurrence: number; isLast: boolean };

type Row = { arn: string; timing: string; anchor: number; next_at: number; fire_at: number };

const dayMs = 86_400_000;
/** Periods in which the latest missed occurrence is searched, shortest first, which limits the steps. */
const lookBackMs = [dayMs / 24, dayMs, 32 * dayMs, 366 * dayMs];

export type ScheduleClock = ReturnType<typeof openScheduleClock>;

/** The next invocation of every schedule and scheduled rule, in the state file. */
export function openScheduleClock({ state: { db }, now }: LocalContext) {
  db.exec(`
    CREATE TABLE IF NOT EXISTS schedule_clock (
      arn TEXT PRIMARY KEY,
      timing TEXT NOT NULL,
      anchor INTEGER NOT NULL,
      last_at INTEGER,
      next_at INTEGER,
      fire_at INTEGER
    ) STRICT;
    CREATE INDEX IF NOT EXISTS schedule_clock_fire ON schedule_clock (fire_at);
  `);
  const upsert = db.prepare(`
    INSERT INTO schedule_clock (arn, timing, anchor, next_at, fire_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (arn) DO UPDATE SET
      timing = excluded.timing, anchor = excluded.anchor, next_at = excluded.next_at, fire_at = excluded.fire_at`);
  const advance = db.prepare('UPDATE schedule_clock SET last_at = ?, next_at = ?, fire_at = ? WHERE arn = ?');
  const remove = db.prepare('DELETE FROM schedule_clock WHERE arn = ?');
  const due = db.prepare(
    'SELECT arn, timing, anchor, next_at, fire_at FROM schedule_clock WHERE fire_at <= ? ORDER BY fire_at LIMIT 100',
  );
  const next = db.prepare('SELECT min(fire_at) AS at FROM schedule_clock');
  const dueCount = db.prepare('SELECT count(*) AS count FROM schedule_clock WHERE fire_at <= ?');

  return {
    /**
     * Computes the next invocation from now. A `rate` starts immediately, or after one period with `firstAfterPeriod`;
     * a one-time schedule in the past starts immediately.
     */
    set: (arn: string, timing: Timing, { firstAfterPeriod = false } = {}): void => {
      const anchor = now();
      const isOnce = timing.expression.startsWith('at(');
      const after = isOnce ? -Infinity : firstAfterPeriod ? anchor : anchor - 1;
      const occurrence = timing.isPaused ? undefined : nextOccurrence(timing.expression, { ...timing, after, anchor });
      upsert.run(arn, JSON.stringify(timing), anchor, occurrence ?? null, fireAt(occurrence, timing.windowMs));
    },
    remove: (arn: string): void => {
      remove.run(arn);
    },
    /**
     * Returns the due invocations (of several missed occurrences, the latest one) and advances their schedules. Call it
     * in the transaction that stores the deliveries.
     */
    takeDue: (): Firing[] => {
      const at = now();
      return (due.all(at) as Row[]).map(({ arn, timing: text, anchor, next_at: first }) => {
        const timing: Timing = JSON.parse(text);
        // An occurrence is not missed before the end of its flexible time window.
        const occurrence = latestUntil(at - timing.windowMs, first, timing, anchor);
        const following = nextOccurrence(timing.expression, { ...timing, after: occurrence, anchor });
        advance.run(occurrence, following ?? null, fireAt(following, timing.windowMs), arn);
        return { arn, occurrence, isLast: following === undefined };
      });
    },
    nextAt: (): number | null => (next.get() as { at: number | null }).at,
    dueCount: (): number => (dueCount.get(now()) as { count: number }).count,
  };
}

const fireAt = (occurrence: number | undefined, windowMs: number) =>
  occurrence === undefined ? null : occurrence + Math.floor(Math.random() * windowMs);

/** The latest occurrence from `first` to `until`. */
function latestUntil(until: number, first: number, timing: Timing, anchor: number): number {
  const following = (after: number) => {
    const occurrence = nextOccurrence(timing.expression, { ...timing, after, anchor });
    return occurrence !== undefined && occurrence <= until ? occurrence : undefined;
  };
  const start = lookBackMs
    .map((ms) => following(Math.max(first, until - ms)))
    .find((occurrence) => occurrence !== undefined);
  let latest = start ?? first;
  for (let next = following(latest); next !== undefined; next = following(latest)) latest = next;
  return latest;
}
