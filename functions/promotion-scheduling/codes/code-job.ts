import assert from 'node:assert';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { csvFile } from '../../../shared/csv/write.ts';
import { normalCode } from '../../../shared/pricing/promotions/coupon-code.ts';
import { codeFileKey, type StoredBatch } from './code-batch.ts';
import type { CodeStore } from './code-store.ts';
import { uniqueCode } from './unique-codes.ts';

/** Actions of a transaction. */
const codesPerWrite = 100;
/** Codes after which the batch keeps how far the job came. A job that starts again writes at most these again. */
const codesPerStep = 2000;

type Files = { put: (key: string, csv: string) => Promise<void> };
type Store = Pick<CodeStore, 'read' | 'writeCodes' | 'generated' | 'revokedCodes' | 'complete'>;

/**
 * Generates the codes of a batch with their file, or revokes those of a revoked one, from where an earlier attempt came to.
 * A duplicate, also a late one, writes the same again.
 */
export const runCodeJob =
  (store: Store, files: Files) =>
  async (id: Pick<StoredBatch, 'promotionId' | 'batchId'>, cause: Cause): Promise<void> => {
    const batch = await store.read(id);
    assert(batch, 'A batch is stored with its event');
    if (batch.status === 'completed') return;
    const numbers = Array.from({ length: batch.count }, (_, number) => number);
    if (batch.revoked) {
      await writeFrom(store, batch, batch.revoked.codes, true);
      return;
    }
    if ((await writeFrom(store, batch, batch.generated, false)) === 'revoked') return;
    const rows = numbers.map((number) => [uniqueCode(batch.seed, number, batch.prefix)]);
    await files.put(codeFileKey(batch), csvFile(['code'], rows));
    await store.complete(batch, cause);
  };

/** Writes the codes of a batch from this number on. Ends early if a batch is revoked meanwhile: its own message follows. */
async function writeFrom(
  store: Store,
  batch: StoredBatch,
  first: number,
  isRevoked: boolean,
): Promise<'done' | 'revoked'> {
  const { count, seed, prefix } = batch;
  for (let from = first; from < count; from += codesPerStep) {
    const to = Math.min(from + codesPerStep, count);
    for (let at = from; at < to; at += codesPerWrite) {
      const numbers = Array.from({ length: Math.min(codesPerWrite, to - at) }, (_, index) => at + index);
      const codes = numbers.map((number) => normalCode(uniqueCode(seed, number, prefix)));
      await store.writeCodes(batch, codes, isRevoked);
    }
    await (isRevoked ? store.revokedCodes(batch, to) : store.generated(batch, to));
    if (!isRevoked && (await store.read(batch))?.revoked) return 'revoked';
  }
  return 'done';
}
