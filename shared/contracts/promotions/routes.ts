import * as z from 'zod';
import { Instant } from '../../names.ts';
import { maxEntries, StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters, severalOf, timeRangeParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { SettingChange } from '../settings/version.ts';
import { PromotionId } from './definition.ts';
import { NewPromotion, Promotion, promotionActions, PromotionContent, promotionStates } from './promotion.ts';

const tag = 'Promotions';
const params = z.strictObject({ promotionId: PromotionId });
const unknown = { description: 'Unknown promotion', schema: Problem };
const busy = { description: '`busy`: nothing was changed; repeat the request', schema: Problem };
const changedSince = { description: 'The promotion changed since the given ETag', schema: Problem };
const saved = (description: string) => ({
  description: `${description}, with its version as \`ETag\``,
  schema: Promotion,
});
const invalid = {
  description:
    'Invalid content with a pointer to each field: such as an unknown SKU, a start in the past, a code of another promotion, or `too-many-exclusive`: the seventeenth promotion that is exclusive on the order at one time, with the others',
  schema: Problem,
};

export const createPromotion = defineRoute({
  method: 'POST',
  path: '/promotions',
  tag,
  summary: 'Create a promotion. Unless it is a draft or needs an approval, orders are priced by it from its start on',
  scope: 'promotions.write',
  body: NewPromotion,
  responses: {
    200: saved('The same promotion was created before; with `Idempotent-Replayed: true`'),
    201: saved('Created'),
    409: { description: '`promotion-exists`: another promotion has the id', schema: Problem },
    422: invalid,
    503: busy,
  },
});

export const getPromotion = defineRoute({
  method: 'GET',
  path: '/promotions/{promotionId}',
  tag,
  summary: 'Read a promotion with its state at this moment, its next start and end, and warnings',
  scope: 'promotions.read',
  params,
  responses: { 200: saved('The promotion'), 404: unknown },
});

export const listPromotions = defineRoute({
  method: 'GET',
  path: '/promotions',
  tag,
  summary: 'List promotions by state, channel, code and time of their last change, in the order of their ids',
  scope: 'promotions.read',
  query: z.strictObject({
    status: severalOf(promotionStates, {
      description: 'States at this moment',
      example: 'active,scheduled',
    }).optional(),
    channel: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .meta({ description: 'Promotions that apply in this channel', example: 'storefront' }),
    code: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .meta({ description: 'The promotion of this shared code', example: 'SPRING10' }),
    changedSince: timeRangeParameters('the promotion was last changed').from,
    ...pageParameters,
  }),
  responses: {
    200: {
      description: 'A page; `cursor` requests the next one. Filters may give a short page although more follow',
      schema: z.object({
        promotions: z.array(Promotion).max(maxEntries).describe('Promotions in the order of their ids'),
        cursor: nextCursor,
      }),
    },
    400: { description: 'A parameter is not valid; `invalid-cursor`: it belongs to another list', schema: Problem },
  },
});

const ifMatch = z.looseObject({
  'if-match': z.string().max(200).optional().meta({
    description: '`ETag` of the promotion that the change is based on',
    example: '"3"',
  }),
});

export const putPromotion = defineRoute({
  method: 'PUT',
  path: '/promotions/{promotionId}',
  tag,
  summary: 'Replace a promotion. A change that gives more of an approved one needs another approval',
  scope: 'promotions.write',
  params,
  headers: ifMatch,
  body: PromotionContent,
  responses: {
    200: saved('Replaced, or unchanged'),
    404: unknown,
    409: { description: '`promotion-ended`: it has ended; create another one', schema: Problem },
    412: changedSince,
    422: invalid,
    428: { description: '`precondition-required`: send the `ETag` of the promotion as `If-Match`', schema: Problem },
    503: busy,
  },
});

const ActionContent = z
  .strictObject({
    comment: z
      .string()
      .trim()
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: 'Comment for the colleagues, in the history', example: 'Out of stock at the supplier' }),
  })
  .default({})
  .meta({ id: 'PromotionActionContent' });

const actionRoute = <const N extends string>(
  name: N,
  summary: string,
  more: Record<number, { description: string; schema: z.ZodType }> = {},
) =>
  defineRoute({
    method: 'POST',
    path: `/promotions/{promotionId}/${name}`,
    tag,
    summary,
    scope: 'promotions.write',
    params,
    headers: ifMatch,
    body: ActionContent,
    responses: {
      200: saved('Done, or done before'),
      404: unknown,
      409: { description: '`illegal-transition` with the `currentStatus`', schema: Problem },
      412: changedSince,
      503: busy,
      ...more,
    },
  });

export const submitPromotion = actionRoute('submit', 'Put a draft in force, or ask for its approval if it needs one', {
  422: invalid,
});
export const approvePromotion = actionRoute('approve', 'Approve a promotion of other persons, which puts it in force', {
  403: { description: '`own-change`: another person must approve it', schema: Problem },
  422: invalid,
  428: { description: '`precondition-required`: send the `ETag` of what is approved as `If-Match`', schema: Problem },
});
export const rejectPromotion = actionRoute(
  'reject',
  'Reject a promotion that waits for an approval: it is a draft again',
);
export const pausePromotion = actionRoute('pause', 'Pause a promotion: the next quotes and orders do not get it');
export const resumePromotion = actionRoute('resume', 'Resume a paused promotion', { 422: invalid });
export const endPromotion = actionRoute('end', 'End a promotion now, for ever. Its codes stay its own for 31 days');

const PromotionVersion = z
  .object({
    version: z.int().positive().meta({ description: 'Number of the version', example: 3 }),
    action: z.enum(promotionActions).meta({ description: 'What was done', example: 'changed' }),
    at: Instant.meta({ description: 'When', example: '2026-11-30T09:15:00.000Z' }),
    by: StoredText.meta({ description: 'Client or user', example: 'marketing' }),
    from: StoredText.meta({ description: 'Address that the change came from', example: '192.0.2.1' }),
    comment: StoredText.optional().meta({ description: 'Comment of the action', example: 'Budget agreed' }),
    changeCount: z.int().nonnegative().meta({ description: 'Number of all differences', example: 1 }),
    changes: z
      .array(SettingChange)
      .max(maxEntries)
      .describe('Differences from the version before; a list of versions has the first 100 of each'),
  })
  .meta({ id: 'PromotionVersion' });

export const listPromotionVersions = defineRoute({
  method: 'GET',
  path: '/promotions/{promotionId}/versions',
  tag,
  summary: 'List the versions of a promotion: who did what and when, with the differences of each; the newest first',
  scope: 'promotions.read',
  params,
  query: z.strictObject(pageParameters),
  responses: {
    200: {
      description: 'A page; `cursor` requests the next one',
      schema: z.object({
        versions: z.array(PromotionVersion).max(maxEntries).describe('Versions, the newest first'),
        cursor: nextCursor,
      }),
    },
    400: { description: 'A parameter is not valid; `invalid-cursor`: it belongs to another list', schema: Problem },
  },
});

export const getPromotionVersion = defineRoute({
  method: 'GET',
  path: '/promotions/{promotionId}/versions/{version}',
  tag,
  summary: 'Read a version of a promotion, with its differences from the version before',
  scope: 'promotions.read',
  params: params.extend({
    version: z
      .string()
      .regex(/^\d{1,8}$/, 'A version is a whole number such as 4')
      .transform(Number)
      .meta({ description: 'Number of the version', example: '4' }),
  }),
  responses: {
    200: {
      description: 'The version',
      schema: PromotionVersion.extend({
        content: z.looseObject({}).meta({ description: 'The promotion in this version' }),
      }).meta({ id: 'PromotionVersionContent' }),
    },
    404: { description: 'Unknown promotion or version', schema: Problem },
  },
});

const Switch = z
  .object({
    disabled: z.boolean().meta({ description: 'Whether all promotions are off', example: false }),
    version: z.int().nonnegative().meta({ description: 'Version of the promotions in force', example: 12 }),
    changedBy: StoredText.optional().meta({ description: 'Client or user who switched last', example: 'marketing' }),
    changedAt: Instant.optional().meta({ description: 'When it was switched', example: '2026-11-30T09:15:00.000Z' }),
    comment: StoredText.optional().meta({ description: 'Why', example: 'Wrong prices in the app' }),
  })
  .meta({ id: 'PromotionSwitch' });
export type PromotionSwitch = z.infer<typeof Switch>;

export const getPromotionSwitch = defineRoute({
  method: 'GET',
  path: '/promotions/switch',
  tag,
  summary: 'Read whether all promotions are switched off',
  scope: 'promotions.read',
  responses: { 200: { description: 'The switch', schema: Switch } },
});

export const putPromotionSwitch = defineRoute({
  method: 'PUT',
  path: '/promotions/switch',
  tag,
  summary: 'Switch all promotions off, or on again. The next quotes and orders obey',
  scope: 'promotions.write',
  body: z
    .strictObject({
      disabled: z.boolean().meta({ description: 'Whether all promotions are off', example: true }),
      comment: z
        .string()
        .trim()
        .min(1)
        .max(1000)
        .optional()
        .meta({ description: 'Why, for the colleagues', example: 'Wrong prices in the app' }),
    })
    .meta({ id: 'PromotionSwitchContent' }),
  responses: { 200: { description: 'Switched', schema: Switch }, 503: busy },
});
