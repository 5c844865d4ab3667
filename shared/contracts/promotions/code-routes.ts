import * as z from 'zod';
import { Instant, PathId } from '../../names.ts';
import { maxEntries, StoredText } from '../bounds.ts';
import { nextCursor, pageParameters } from '../list-query.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { PromotionId } from './definition.ts';

export const maxCodesOfBatch = 100_000;
/** Batches of a promotion, and of a page of them. */
export const maxBatches = 1000;

const BatchId = PathId.meta({ description: 'Id of the batch', example: 'newsletter-may' });
const Prefix = z
  .string()
  .regex(/^[A-Za-z0-9]{1,12}$/, 'A prefix has 1 to 12 letters and digits')
  .meta({ description: 'Text before each code. @default none', example: 'SPRING' });

/** Unique codes to generate. */
export const CodeBatchContent = z
  .strictObject({
    batchId: BatchId.optional().meta({
      description: 'Id of the batch, so that a repeated request makes one batch. @default generated',
      example: 'newsletter-may',
    }),
    count: z.int().min(1).max(maxCodesOfBatch).meta({ description: 'Number of codes', example: 100_000 }),
    prefix: Prefix.optional(),
  })
  .meta({ id: 'CodeBatchContent' });

const Action = z.object({
  at: Instant.describe('When'),
  by: StoredText.meta({ description: 'Client or user', example: 'marketing' }),
});

/** Unique codes of a promotion. */
export const CodeBatch = z
  .object({
    promotionId: StoredText.meta({ description: 'Id of the promotion', example: 'spring-sale' }),
    batchId: StoredText.meta({ description: 'Id of the batch', example: 'newsletter-may' }),
    count: z.int().positive().meta({ description: 'Number of codes', example: 100_000 }),
    prefix: StoredText.optional().meta({ description: 'Text before each code', example: 'SPRING' }),
    status: z
      .enum(['generating', 'completed', 'revoked'])
      .meta({ description: 'State of the batch', example: 'completed' }),
    generated: z.int().nonnegative().meta({ description: 'Codes that exist', example: 60_000 }),
    requested: Action.describe('Who requested the codes'),
    completedAt: Instant.optional().describe('When all codes existed'),
    downloaded: Action.optional().describe('Who downloaded the codes; absent before'),
    revoked: Action.extend({
      reason: StoredText.meta({ description: 'Why', example: 'Published on a forum' }),
      codes: z.int().nonnegative().meta({ description: 'Codes that are refused already', example: 100_000 }),
    })
      .optional()
      .describe('Who revoked the codes; absent before'),
  })
  .meta({ id: 'CodeBatch' });
export type CodeBatch = z.infer<typeof CodeBatch>;

/** A code as a customer entered it; without what no request can have in a path segment. */
const EnteredCode = z
  .string()
  .min(1)
  .max(128)
  .regex(
    /^(?!\.{1,2}$)[^/%?#\\\p{Cc}\p{Cs}]+$/u,
    'A code in a path has no control characters and no / % ? # and \\, and is not `.` or `..`',
  )
  .meta({ description: 'The code in any case, with or without blanks and dashes', example: 'spring-bcdfghj-klmnpqr' });

const tag = 'Promotion codes';
const batches = '/promotions/{promotionId}/code-batches' as const;
const promotion = z.strictObject({ promotionId: PromotionId });
const batch = z.strictObject({ promotionId: PromotionId, batchId: BatchId });
const unknownBatch = { description: '`unknown-batch`: there is no such batch', schema: Problem };

export const postCodeBatch = defineRoute({
  method: 'POST',
  path: batches,
  tag,
  summary: 'Generate unique codes of a promotion in the background',
  scope: 'promotions.write',
  params: promotion,
  body: CodeBatchContent,
  responses: {
    200: { description: 'The batch was requested before, with the same content', schema: CodeBatch },
    202: { description: 'Requested; poll `Location`', schema: CodeBatch },
    404: { description: '`unknown-promotion`: there is no such promotion', schema: Problem },
    409: {
      description:
        '`batch-conflict`: a batch with this id has other content; `too-many-batches`: the promotion has 1,000 batches',
      schema: Problem,
    },
    422: { description: 'Invalid content', schema: Problem },
  },
});

export const listCodeBatches = defineRoute({
  method: 'GET',
  path: batches,
  tag,
  summary: 'List the batches of a promotion',
  scope: 'promotions.read',
  params: promotion,
  query: z.strictObject({
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(maxBatches)
      .default(maxBatches)
      .meta({
        description: `Largest number of entries of the page, 1 to ${maxBatches}. A page may be shorter although more follow`,
        example: 100,
      }),
    cursor: pageParameters.cursor,
  }),
  responses: {
    200: {
      description: 'A page, empty for an unknown promotion; `cursor` requests the next one',
      schema: z.object({
        batches: z.array(CodeBatch).max(maxEntries).describe('The batches, by id'),
        cursor: nextCursor,
      }),
    },
    400: { description: 'A parameter is not valid; `invalid-cursor`: it belongs to another list', schema: Problem },
  },
});

export const getCodeBatch = defineRoute({
  method: 'GET',
  path: `${batches}/{batchId}`,
  tag,
  summary: 'Get the progress of a batch',
  scope: 'promotions.read',
  params: batch,
  responses: { 200: { description: 'The batch', schema: CodeBatch }, 404: unknownBatch },
});

export const downloadCodeBatch = defineRoute({
  method: 'POST',
  path: `${batches}/{batchId}/download`,
  tag,
  summary: 'Get the URL of the CSV file of the codes, once',
  scope: 'promotions.write',
  params: batch,
  responses: {
    200: {
      description: 'The URL. The batch keeps who got it and when',
      schema: z.object({
        url: StoredText.meta({
          description: 'Signed URL of a CSV file with the column `code`',
          example: 'https://bucket.s3.eu-west-1.amazonaws.com/codes/spring-sale/newsletter-may.csv?X-Amz-Signature=…',
        }),
        expiresAt: Instant.describe('When the URL expires'),
      }),
    },
    404: unknownBatch,
    409: {
      description:
        '`not-completed`: codes are still generated; `already-downloaded`, with who and when; `revoked`: the codes are not valid',
      schema: Problem,
    },
  },
});

export const revokeCodeBatch = defineRoute({
  method: 'POST',
  path: `${batches}/{batchId}/revocation`,
  tag,
  summary: 'Revoke all codes of a batch. Orders that used one keep their discount',
  scope: 'promotions.write',
  params: batch,
  body: z.strictObject({
    reason: z.string().trim().min(1).max(500).meta({ description: 'Why', example: 'Published on a forum' }),
  }),
  responses: {
    202: {
      description: 'Revoked. Codes are refused within a minute; `revoked.codes` counts those that are already',
      schema: CodeBatch,
    },
    404: unknownBatch,
    422: { description: 'Invalid content', schema: Problem },
  },
});

/** What is known of a code, for customer service. */
export const CouponCode = z
  .object({
    code: StoredText.meta({ description: 'The code as it is compared', example: 'SPRINGBCDFGHJKLMNPQR' }),
    kind: z
      .enum(['unique', 'shared'])
      .meta({ description: '`unique`: of a batch; `shared`: of all customers', example: 'unique' }),
    promotionId: StoredText.meta({ description: 'Id of the promotion', example: 'spring-sale' }),
    promotionName: StoredText.optional().meta({
      description: 'Name of the promotion; absent if it is not in force and ended long ago, or was never approved',
      example: 'Spring sale',
    }),
    batchId: StoredText.optional().meta({ description: 'Batch of a unique code', example: 'newsletter-may' }),
    status: z.enum(['usable', 'used', 'revoked']).meta({
      description: '`usable`: uses are left. Whether the promotion applies is said by a quote with the code',
      example: 'used',
    }),
    uses: z.int().nonnegative().optional().meta({ description: 'Orders that hold a unique code', example: 1 }),
    maxUses: z.int().positive().optional().meta({ description: 'Orders that may use it', example: 1 }),
    orderIds: z
      .array(StoredText)
      .max(maxEntries)
      .optional()
      .meta({ description: 'Orders that hold a unique code', example: ['ord_01kb9zq4y8t4v7c0m3j5r6n8px'] }),
  })
  .meta({ id: 'CouponCode' });
export type CouponCode = z.infer<typeof CouponCode>;

export const findCode = defineRoute({
  method: 'GET',
  path: '/promotions/codes/{code}',
  tag,
  summary: 'Find a code: its promotion and batch, and the orders that used it',
  scope: 'promotions.read',
  params: z.strictObject({ code: EnteredCode }),
  responses: {
    200: { description: 'The code', schema: CouponCode },
    404: { description: '`unknown-code`: there is no such code', schema: Problem },
  },
});
