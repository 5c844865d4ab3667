import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from './start-error.ts';

/** Increase it with every incompatible change of the tables in the state file. */
const stateVersion = 1;

/**
 * The durable state: messages, deliveries, schedules, stream positions. One SQLite file in write-ahead mode: a
 * committed transaction survives a kill of the process.
 */
export type State = {
  directory: string;
  db: DatabaseSync;
  /** Runs `work` as one transaction; a nested call joins the outer transaction. `work` must be synchronous. */
  transaction: <T>(work: () => T) => T;
  close: () => void;
};

/** Opens or creates the state in `directory`. Throws StartError for a state in use or of another version. */
export function openState(directory: string, { fresh = false } = {}): State {
  if (fresh) emptyState(directory);
  makePrivate(directory);
  const db = new DatabaseSync(join(directory, 'engine.sqlite'));
  lock(db, directory);
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version !== 0 && version !== stateVersion) {
    db.close();
    throw new StartError(
      `The state in ${directory} was written by another version of the engine.`,
      'incompatible-state',
    );
  }
  db.exec(`PRAGMA user_version = ${stateVersion}`);

  let depth = 0;
  const transaction = <T>(work: () => T): T => {
    if (depth > 0) return work();
    db.exec('BEGIN IMMEDIATE');
    depth += 1;
    try {
      const result = work();
      db.exec('COMMIT');
      return result;
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    } finally {
      depth -= 1;
    }
  };
  return { directory, db, transaction, close: () => db.close() };
}

/**
 * Creates the directory for its owner only. A directory with a state of before 2026-11-30, and its files, become so too;
 * another directory with files, such as `/tmp`, keeps its mode.
 */
function makePrivate(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const entries = readdirSync(directory, { withFileTypes: true });
  if (entries.length > 0 && !existsSync(join(directory, 'engine.sqlite'))) return;
  chmodSync(directory, 0o700);
  for (const entry of entries.filter((each) => each.isFile())) chmodSync(join(directory, entry.name), 0o600);
}

/** Deletes the state directory. Throws StartError if an instance is running on it. */
function emptyState(directory: string): void {
  makePrivate(directory);
  const db = new DatabaseSync(join(directory, 'engine.sqlite'));
  lock(db, directory);
  db.close();
  rmSync(directory, { recursive: true, force: true });
}

/** Locks the state for this process. The operating system releases the lock when the process ends. */
function lock(db: DatabaseSync, directory: string): void {
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    db.exec('BEGIN EXCLUSIVE; COMMIT');
  } catch (error) {
    db.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) {
      throw new StartError(`Another instance is already running on the state in ${directory}.`);
    }
    throw error;
  }
}
