import * as z from 'zod';
import { resourceServer } from '../../access/scopes.ts';
import { Instant } from '../../names.ts';
import { maxEntries, StoredText } from '../bounds.ts';
import { PromotionDefinition, PromotionId } from './definition.ts';
import { WorstCase } from './worst-case-routes.ts';

/** Segments of paths beside the ids of promotions. */
const reservedIds = new Set(['check', 'claim-checks', 'codes', 'overlaps', 'rehearsals', 'switch']);

const draft = z.boolean().default(false).meta({
  description: 'Whether the promotion is only saved: neither in force nor waiting for an approval. Default: false',
  example: false,
});

/** Body of a `PUT`. */
export const PromotionContent = PromotionDefinition.extend({ draft }).meta({ id: 'PromotionContent' });
export type PromotionContent = z.infer<typeof PromotionContent>;

/** Body of a `POST`. */
export const NewPromotion = PromotionContent.extend({
  promotionId: PromotionId.refine((id) => !reservedIds.has(id), 'This id is part of another path. Choose another one'),
}).meta({ id: 'NewPromotion' });
export type NewPromotion = z.infer<typeof NewPromotion>;

export const promotionStates = ['draft', 'pending-approval', 'scheduled', 'active', 'paused', 'ended'] as const;
export type PromotionState = (typeof promotionStates)[number];

const warningTypes = [
  'skipped-time',
  'repeated-time',
  'past-start',
  'no-occurrence',
  'not-monotone',
  'below-floor',
  'no-reduction',
  'smaller-reduction',
  'overlap',
] as const;

export const PromotionWarning = z
  .object({
    type: z
      .enum(warningTypes)
      .describe(
        '`skipped-time`: the clocks skip the local time; `repeated-time`: it occurs twice, the first is used; `past-start`: it starts in the past, and so at once; `no-occurrence`: it is never in force; `not-monotone`: one unit more can make a cart cheaper, or dearer than the unit; `below-floor`: a SKU may be sold below cost and margin; `no-reduction`: the price is not below the lowest price of the 30 days before (Directive 98/6/EC, Article 6a); `smaller-reduction`: it is below it by less than announced; `overlap`: it is in force with others on the same goods',
      ),
    pointer: StoredText.meta({ description: 'JSON pointer of the field', example: '/schedule/start' }),
    detail: StoredText.meta({
      description: 'What is noteworthy, for a person',
      example: 'The clocks of Europe/London skip 2027-03-28T01:30. It starts at 2027-03-28T01:30:00.000Z',
    }),
    at: Instant.optional().meta({ description: 'The instant that is used', example: '2027-03-28T01:30:00.000Z' }),
  })
  .meta({ id: 'PromotionWarning' });
export type PromotionWarning = z.infer<typeof PromotionWarning>;

/** A name or id of who did something. */
const by = (what: string) => StoredText.meta({ description: `Client or user who ${what}`, example: 'marketing' });
const at = (what: string) => Instant.meta({ description: what, example: '2026-11-30T09:15:00.000Z' });

const Approval = z
  .object({
    status: z.enum(['pending', 'approved', 'rejected']).describe('State of the approval'),
    requestedBy: by('asked for the approval'),
    requestedAt: at('When it was asked for'),
    mayApprove: z
      .object({
        scope: StoredText.meta({ description: 'Scope of an approver', example: `${resourceServer}/promotions.write` }),
        except: z
          .array(StoredText)
          .max(maxEntries)
          .meta({ description: 'Who changed it and may not approve it', example: ['marketing'] }),
      })
      .describe('Who may approve it'),
    decidedBy: by('decided').optional(),
    decidedAt: at('When it was decided').optional(),
    comment: StoredText.optional().meta({ description: 'Comment of the decision', example: 'Budget agreed' }),
  })
  .meta({ id: 'PromotionApproval' });

/** A promotion as it is read. */
export const Promotion = PromotionDefinition.extend({
  promotionId: PromotionId,
  version: z.int().positive().meta({ description: 'Number of its changes', example: 3 }),
  state: z.enum(promotionStates).meta({
    description:
      'State at this moment. `scheduled`: it is in force later, also between two occurrences. A change that waits for an approval does not change the state',
    example: 'active',
  }),
  inForceVersion: z.int().positive().optional().meta({
    description:
      'Version by which orders are priced; absent if it was never approved. Older than `version` while a change is a draft or waits for an approval',
    example: 3,
  }),
  approval: Approval.optional().describe('The last approval, if the version needs one'),
  endedAt: at('When it was ended early').optional(),
  nextStartAt: at('Next start, as an instant').optional(),
  nextEndAt: at('Next end, as an instant').optional(),
  warnings: z
    .array(PromotionWarning)
    .max(maxEntries)
    .optional()
    .describe('What is noteworthy; absent in lists and after actions other than `submit`'),
  worstCase: WorstCase.optional().describe(
    'After it was saved or submitted: the basket that it brings nearest to its floor, of up to 1,000 that are priced',
  ),
  createdBy: by('created it'),
  createdAt: at('When it was created'),
  changedBy: by('changed it last'),
  changedAt: at('When it was changed last'),
}).meta({ id: 'Promotion' });
export type Promotion = z.infer<typeof Promotion>;

export const promotionActions = [
  'created',
  'changed',
  'submitted',
  'approved',
  'rejected',
  'paused',
  'resumed',
  'ended',
] as const;
export type PromotionAction = (typeof promotionActions)[number];
