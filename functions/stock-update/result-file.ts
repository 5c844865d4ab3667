import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { csvLine } from '../../shared/csv.ts';

export type Summary = {
  rows: number;
  accepted: number;
  rejected: number;
  /** Rejected rows by reason, those that are not valid under `invalid`. */
  reasons: Record<string, number>;
  /** Why the file was not read at all. */
  refused?: string;
};

/** What became of the rows of a file, written to `path` as they are done: memory does not grow with the file. */
export function createResultFile(path: string) {
  const summary: Summary = { rows: 0, accepted: 0, rejected: 0, reasons: {} };
  const file = createWriteStream(path);
  const write = async (line: string) => {
    if (!file.write(line)) await once(file, 'drain');
  };
  void write('row,movementId,status,reason\n');

  return {
    /** `reason` tells why a row was rejected; without one it was accepted, now or by an earlier run. */
    async add(row: number, movementId: string, reason: string | undefined): Promise<void> {
      summary.rows += 1;
      if (reason === undefined) summary.accepted += 1;
      else {
        summary.rejected += 1;
        const kind = /^[\w-]+/.exec(reason)?.[0] ?? reason;
        summary.reasons[kind] = (summary.reasons[kind] ?? 0) + 1;
      }
      const status = reason === undefined ? 'accepted' : 'rejected';
      await write(csvLine([row, movementId, status, reason]));
    },

    refuse(problem: string): void {
      summary.refused = problem;
    },

    /** Ends the file; nothing can be added after it. Gives its size in bytes. */
    async close(): Promise<{ summary: Summary; bytes: number }> {
      file.end();
      await finished(file);
      return { summary, bytes: (await stat(path)).size };
    },
  };
}
export type ResultFile = Pick<ReturnType<typeof createResultFile>, 'add' | 'refuse'>;
