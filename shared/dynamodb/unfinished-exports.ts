import * as z from 'zod';
import { type HttpResponse, problem } from '../contracts/problem.ts';
import { type Action, type Database, readBatch } from './database.ts';
import { expectVersion } from './expect-version.ts';

export const exportPartition = (exportId: string) => `EXPORT#${exportId}`;
export const exportKey = (exportId: string) => ({ pk: exportPartition(exportId), sk: 'EXPORT' });

/** The exports of a client that were not completed when it last requested one. `version` is 0 before the first. */
const Unfinished = z.object({
  version: z.int().positive(),
  exports: z.array(z.object({ exportId: z.string(), requestedAt: z.int() })),
});
export type Unfinished = { version: number; exports: z.infer<typeof Unfinished>['exports'] };
const unfinishedKey = (clientId: string) => ({ pk: `${exportPartition('CLIENT')}#${clientId}`, sk: 'UNFINISHED' });
/** An export that failed does not count for longer. Its message is then in the dead-letter queue, or soon will be. */
const countedMs = 6 * 3_600_000;

const StoredExport = z.object({ exportId: z.string(), status: z.string() });

/** The exports that a client has at once, in a table with the items `EXPORT#…` of the exports. */
export const createUnfinishedExports = (db: Database, table: string) => ({
  /** The client's exports that are neither completed nor older than six hours. */
  async read(clientId: string, now: number): Promise<Unfinished> {
    const [item] = (await readBatch(db, { [table]: [unfinishedKey(clientId)] }, true)).get(table) ?? [];
    const { version, exports } = item === undefined ? { version: 0, exports: [] } : Unfinished.parse(item);
    const recent = exports.filter(({ requestedAt }) => now - requestedAt < countedMs);
    const keys = recent.map(({ exportId }) => exportKey(exportId));
    const items = keys.length === 0 ? [] : ((await readBatch(db, { [table]: keys }, true)).get(table) ?? []);
    const stored = items.map((each) => StoredExport.parse(each));
    const completed = new Set(stored.filter(({ status }) => status === 'completed').map(({ exportId }) => exportId));
    return { version, exports: recent.filter(({ exportId }) => !completed.has(exportId)) };
  },

  /** Adds an export to the client's `unfinished` ones, unless the client requested another meanwhile. */
  addition(clientId: string, exportId: string, { version, exports }: Unfinished, now: number): Action {
    const Item = {
      ...unfinishedKey(clientId),
      version: version + 1,
      exports: [...exports, { exportId, requestedAt: now }],
      expiresAt: Math.ceil((now + countedMs) / 1000),
    };
    return { Put: { TableName: table, Item, ...expectVersion(version) } };
  },
});

/** The response to a client that has as many unfinished exports as it may have. */
export const tooManyExports = (atOnce: number): HttpResponse =>
  problem(
    429,
    'too-many-exports',
    `A client has at most ${atOnce} exports at once. Request this one when one of them is completed.`,
    {},
    { 'retry-after': '60' },
  );
