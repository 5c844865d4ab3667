/** A DuckDB connection. Its temporary tables are private and dropped when it is closed. */
export type Connection = {
  run: (sql: string) => Promise<void>;
  /** Rows as plain JSON; 64-bit numbers are strings. */
  rows: (sql: string) => Promise<unknown[]>;
  /** The same rows in chunks of up to 2,048, which are not kept: for results larger than the memory. */
  chunks: (sql: string) => AsyncIterable<unknown[]>;
};

/** A text as an SQL literal. */
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
