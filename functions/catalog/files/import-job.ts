import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { CatalogFileKind } from '../../../shared/contracts/catalog/files.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import { FailedRowsError, type UploadedFile } from '../../../shared/lambda/uploaded-files.ts';
import type { FileKind } from './file-rows.ts';
import { importRows } from './import-rows.ts';
import { createResultFile, type ResultFile } from './result-file-store.ts';

type Import = (body: Readable, cause: Omit<Cause, 'now'>, result: ResultFile) => Promise<{ hasFailed: boolean }>;
type Log = Pick<Logger, 'info'>;

/** Imports files of a kind. */
export const importOf =
  <C>(kind: FileKind<C>, clock: () => number, log: Log): Import =>
  (body, cause, result) => {
    const progress = (rows: number) => log.info('file in progress', { rows });
    return importRows(body, kind, cause, { result, clock, progress });
  };

/** Imports an uploaded file by the kind of its folder, writes the result file, and returns the summary. */
export const importUploadedFile =
  (kinds: Record<CatalogFileKind, Import>) =>
  async ({ key, sequencer, body, putResult }: UploadedFile): Promise<object> => {
    const directory = await mkdtemp(join(tmpdir(), 'catalog-file-'));
    try {
      const path = join(directory, 'result.csv');
      const result = createResultFile(path);
      const kind = ownValue<Import>(kinds, key.split('/')[1] ?? '');
      const cause = { actor: `file ${key}`, correlationId: key, causationId: sequencer };
      const { hasFailed } = kind ? await kind(body, cause, result) : { hasFailed: false };
      if (!kind) await result.refuse({ row: 1, reason: unknownFolder(Object.keys(kinds)) });
      const { summary, bytes } = await result.close();
      await putResult(createReadStream(path), bytes);
      if (hasFailed) throw new FailedRowsError(summary, 'the store could not save them');
      return summary;
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };

const unknownFolder = (kinds: readonly string[]) =>
  `The folder does not tell the kind of the file; upload it as ${kinds.map((kind) => `imports/${kind}/<name>.csv`).join(' or ')}`;
