import * as z from 'zod';
import { CodeBatch } from '../../../shared/contracts/promotions/code-routes.ts';

/** A batch with what is not shown of it: the seed of its codes. */
export const StoredBatch = CodeBatch.extend({ seed: z.instanceof(Uint8Array) });
export type StoredBatch = z.infer<typeof StoredBatch>;

export const shownBatch = ({ seed: _secret, ...shown }: StoredBatch): CodeBatch => shown;

/** Key of the CSV file of the codes of a batch. */
export const codeFileKey = ({ promotionId, batchId }: Pick<CodeBatch, 'promotionId' | 'batchId'>) =>
  `codes/${promotionId}/${batchId}.csv`;

/** Whether a request for a batch is a repetition of the one that made it. */
export const isSameRequest = (batch: CodeBatch, count: number, prefix: string | undefined): boolean =>
  batch.count === count && batch.prefix === prefix;
