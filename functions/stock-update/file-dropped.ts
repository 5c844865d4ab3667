import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod';
import { importFile } from './file-import.ts';
import { OpenOrders } from './file-rows.ts';
import { type Inbox, resultKeysOf } from './inbox.ts';
import { createResultFile } from './result-file.ts';
import type { StockStore } from './store.ts';

/** S3 tells EventBridge of an object; `sequencer` grows with each upload under one key. */
export const ObjectCreated = z.object({
  detail: z.object({ object: z.object({ key: z.string(), sequencer: z.string() }) }),
});

type Tools = {
  store: Pick<StockStore, 'read' | 'write'>;
  inbox: Inbox;
  clock: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
};

/**
 * Applies a dropped file of movements and answers with the result files, the summary last. A notice that comes again
 * after that does nothing, so that what was told stays true; the same file dropped again is a new one.
 */
export const onFileDropped =
  ({ store, inbox, clock, log }: Tools) =>
  async ({ detail: { object } }: z.infer<typeof ObjectCreated>): Promise<void> => {
    const { key, sequencer } = object;
    const keys = resultKeysOf(key);
    if (!keys) return log.warn('not a file of movements', { key });
    const answered = await inbox.answered(keys.summary);
    if (answered !== undefined && answered >= sequencer) return log.info('answered already', { key, sequencer });
    const opened = await inbox.open(key);
    if (!opened) return log.warn('the file is gone', { key });

    const directory = await mkdtemp(join(tmpdir(), 'stock-file-'));
    try {
      const path = join(directory, 'result.csv');
      const result = createResultFile(path);
      const openOrders = OpenOrders.optional().safeParse(opened.metadata['open-orders']);
      if (openOrders.success) {
        const cause = { actor: `file ${key}`, correlationId: key, causationId: sequencer };
        await importFile(opened.body, { openOrders: openOrders.data, cause }, { store, result, clock, log });
      } else result.refuse('The metadata open-orders is neither included nor deducted');
      opened.body.destroy();
      const { summary, bytes } = await result.close();
      await inbox.putResult(keys.csv, path, bytes);
      await inbox.putSummary(keys.summary, { file: key, ...summary }, sequencer);
      log.info('file done', { key, ...summary });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };
