import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { defineEvent } from '../define-event.ts';

const source = 'storeworks.promotion-scheduling';

const ofBatch = {
  promotionId: StoredText.meta({ description: 'Id of the promotion', example: 'spring-sale' }),
  batchId: StoredText.meta({ description: 'Id of the batch', example: 'newsletter-may' }),
};

/** Unique codes of a promotion were requested. They are generated in the background. */
export const CodeBatchRequested = defineEvent(
  source,
  'CodeBatchRequested',
  z.object({ ...ofBatch, count: z.int().positive().meta({ description: 'Number of codes', example: 100_000 }) }),
);

/** All codes of a batch exist, and can be downloaded once. */
export const CodeBatchCompleted = defineEvent(
  source,
  'CodeBatchCompleted',
  z.object({ ...ofBatch, count: z.int().positive().meta({ description: 'Number of codes', example: 100_000 }) }),
);

/** The actor of the event downloaded the codes of a batch. */
export const CodeBatchDownloaded = defineEvent(source, 'CodeBatchDownloaded', z.object(ofBatch));

/** The codes of a batch are no longer valid. */
export const CodeBatchRevoked = defineEvent(source, 'CodeBatchRevoked', z.object(ofBatch));
