import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from './start-error.ts';

/** Raised with every change of the tables that the services keep in the state file. */
const stateVersion = 1;

/**
 * Everything the engine must not forget when it is killed: messages, deliveries, schedules, stream positions. One
 * SQLite file in write-ahead mode: a committed transaction survives the death of the process at any moment.
 */
export type State = {
  directory: string;
  db: DatabaseSync;
  /** Runs `work` as one transaction; nested calls join the outer one. Synchronous, as the database is. */
  transaction: <T>(work: () => T) => T;
  close: () => void;
};

/** Opens, or makes, the state in `directory`. Refuses a state in use, or one of another version, with one sentence. */
export function openState(directory: string, { fresh = false } = {}): State {
  if (fresh) emptyState(directory);
  mkdirSync(directory, { recursive: true });
  const db = new DatabaseSync(join(directory, 'engine.sqlite'));
  lock(db, directory);
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version !== 0 && version !== stateVersion) {
    db.close();
    throw new StartError(
      `The state in ${directory} was written by another version of the engine.`,
      'other-state-version',
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

/** Empties the state, unless a running instance holds it. */
function emptyState(directory: string): void {
  mkdirSync(directory, { recursive: true });
  const db = new DatabaseSync(join(directory, 'engine.sqlite'));
  lock(db, directory);
  db.close();
  rmSync(directory, { recursive: true, force: true });
}

/** The operating system drops this lock with the process, however it dies. */
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
