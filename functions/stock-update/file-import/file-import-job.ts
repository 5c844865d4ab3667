import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@aws-lambda-powertools/logger';
import { movementResultColumns } from '../../../shared/contracts/stock/file-columns.ts';
import { createResultFile } from '../../../shared/csv/result-file-store.ts';
import { FailedRowsError, type UploadedFile } from '../../../shared/lambda/uploaded-files.ts';
import type { MovementSettings } from '../stock/movement-settings.ts';
import { importRows } from './import-rows.ts';
import { OpenOrders } from './movement-row.ts';
import type { StockStore } from '../stock/store.ts';

type Tools = {
  store: Pick<StockStore, 'read' | 'write'>;
  settings: MovementSettings;
  clock: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
};

/** Applies the movements of an uploaded file, writes the result file, and returns the summary. */
export const importUploadedFile =
  ({ store, settings, clock, log }: Tools) =>
  async ({ key, sequencer, uploadedAt, body, metadata, putResult }: UploadedFile) => {
    const directory = await mkdtemp(join(tmpdir(), 'stock-file-'));
    try {
      const path = join(directory, 'result.csv');
      const result = createResultFile(path, Object.keys(movementResultColumns));
      let failure: unknown;
      const openOrders = OpenOrders.optional().safeParse(metadata['open-orders']);
      if (openOrders.success) {
        const cause = { actor: `file ${key}`, correlationId: key, causationId: sequencer };
        const upload = { defaults: { openOrders: openOrders.data, ...settings }, uploadedAt, cause };
        ({ failure } = await importRows(body, upload, { store, result, clock, log }));
      } else await result.refuse({ row: 1, reason: 'The metadata open-orders must be included or deducted' });
      const { summary, bytes } = await result.close();
      await putResult(createReadStream(path), bytes);
      if (failure !== undefined) throw new FailedRowsError(summary, failure);
      return summary;
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };
