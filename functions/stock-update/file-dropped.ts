import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { UploadedFile } from '../../shared/lambda/uploaded-files.ts';
import { importFile } from './file-import.ts';
import { OpenOrders } from './file-rows.ts';
import { createResultFile } from './result-file.ts';
import type { StockStore } from './store.ts';

type Tools = {
  store: Pick<StockStore, 'read' | 'write'>;
  clock: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
};

/** Applies a dropped file of movements, answers with what became of each row, and gives the summary. */
export const onFileDropped =
  ({ store, clock, log }: Tools) =>
  async ({ key, sequencer, uploadedAt, body, metadata, putResult }: UploadedFile) => {
    const directory = await mkdtemp(join(tmpdir(), 'stock-file-'));
    try {
      const path = join(directory, 'result.csv');
      const result = createResultFile(path);
      const openOrders = OpenOrders.optional().safeParse(metadata['open-orders']);
      if (openOrders.success) {
        const cause = { actor: `file ${key}`, correlationId: key, causationId: sequencer };
        await importFile(body, { openOrders: openOrders.data, uploadedAt, cause }, { store, result, clock, log });
      } else result.refuse('The metadata open-orders is neither included nor deducted');
      const { summary, bytes } = await result.close();
      await putResult(createReadStream(path), bytes);
      return summary;
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };
