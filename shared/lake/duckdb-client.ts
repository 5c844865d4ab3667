import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Connection } from './sql.ts';

/**
 * One in-memory DuckDB instance per process, as starting it takes longer than reporting a small day. It uses at most half
 * of the function's 2 GiB, then the disk, and loads no extensions.
 */
export const createDuckDb = () => {
  let instance: Promise<DuckDBInstance> | undefined;
  return {
    async connected<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
      instance ??= open();
      // A failed start is not cached: the next run starts DuckDB again.
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
  async *chunks(sql) {
    yield* (await connection.stream(sql)).yieldRowObjectJson();
  },
});
