/** A DuckDB connection. Its temporary tables are private and dropped when it is closed. */
export type Connection = {
  run: (sql: string) => Promise<void>;
  /** Rows as plain JSON; 64-bit numbers are strings. */
  rows: (sql: string) => Promise<unknown[]>;
};

/** A text as an SQL literal. */
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
