import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** A connection of its own: temporary tables are seen by nobody else and go when it is closed. */
export type Connection = {
  run: (sql: string) => Promise<void>;
  /** Rows as plain JSON; 64-bit numbers are strings. */
  rows: (sql: string) => Promise<unknown[]>;
};

/**
 * One DuckDB per process, used by one run after another, as its start takes longer than a small day. In memory, and
 * bounded to half of the function's 2 GiB; what does not fit goes to disk. It loads no extensions, so needs no network.
 */
export const createDuckDb = () => {
  let instance: Promise<DuckDBInstance> | undefined;
  return {
    async connected<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
      instance ??= open();
      // A start that failed is tried again by the next run.
      instance.catch(() => (instance = undefined));
      const connection = await (await instance).connect();
      try {
        await connection.run("SET TimeZone = 'UTC'");
        return await work(connectionOf(connection));
      } finally {
        connection.closeSync();
      }
    },
  };
};

function open(): Promise<DuckDBInstance> {
  const directory = join(tmpdir(), 'duckdb');
  mkdirSync(directory, { recursive: true });
  return DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: '1GB',
    temp_directory: directory,
    max_temp_directory_size: '1GB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
}

export type DuckDb = ReturnType<typeof createDuckDb>;

const connectionOf = (connection: DuckDBConnection): Connection => ({
  run: async (sql) => {
    await connection.run(sql);
  },
  rows: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson(),
});

/** A text as an SQL literal. */
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
