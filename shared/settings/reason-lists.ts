import * as z from 'zod';
import { type FieldError, invalidValueText } from '../contracts/problem.ts';
import { repeatedIds, type RuleProblem } from './rules.ts';

const maxReasons = 500;

/**
 * The reasons that staff and channels may give. A list that the document does not have leaves its reasons free.
 * `refund`: refund requests. `cancellation`: cancellations of orders. `movement`: stock movements.
 */
const reasonListNames = ['refund', 'cancellation', 'movement'] as const;
export type ReasonListName = (typeof reasonListNames)[number];

const Reason = z.strictObject({
  // The shortest limit of the fields that take reasons.
  reason: z.string().trim().min(1).max(100).meta({
    description: 'The reason as requests give it, unique in its list; case counts',
    example: 'damaged',
  }),
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Name of the reason, as people see it', example: 'Arrived damaged' }),
  active: z.boolean().default(true).meta({
    description: 'Whether new requests may give it. An old reason stays in the list for its name. Default: true',
    example: true,
  }),
});

/** The lists without the rules between them. */
export const ReasonLists = z.strictObject({
  lists: z
    .array(
      z.strictObject({
        list: z.enum(reasonListNames).meta({
          description: 'What the reasons are for: refund requests, cancellations of orders, or stock movements',
          example: 'refund',
        }),
        reasons: z
          .array(Reason)
          .min(1)
          .max(maxReasons)
          .describe('Reasons of the list, in the order in which people see them'),
      }),
    )
    .max(reasonListNames.length)
    .describe('Lists of reasons. Where a list is missing, any text is a reason'),
});
export type ReasonLists = z.infer<typeof ReasonLists>;

/** What is wrong between the lists and their reasons. */
export const reasonProblems = ({ lists }: ReasonLists): RuleProblem[] => [
  ...repeatedIds(
    lists,
    ({ list }) => list,
    (index) => ['lists', index, 'list'],
  ),
  ...lists.flatMap(({ reasons }, index) => [
    ...repeatedIds(
      reasons,
      ({ reason }) => reason.toLowerCase(),
      (position) => ['lists', index, 'reasons', position, 'reason'],
    ),
    ...(reasons.some(({ active }) => active)
      ? []
      : [{ path: ['lists', index, 'reasons'], message: 'At least one reason of a list is active' }]),
  ]),
];

/** The active reasons of a list; undefined if the store has no such list. */
export const activeReasons = ({ lists }: ReasonLists, name: ReasonListName): string[] | undefined =>
  lists
    .find(({ list }) => list === name)
    ?.reasons.filter(({ active }) => active)
    .map(({ reason }) => reason);

/** What is wrong with a reason that is none of `reasons`, with its JSON pointer; nothing if any text is a reason. */
export const unknownReason = (
  reason: string | undefined,
  reasons: readonly string[] | undefined,
  pointer = '/reason',
): FieldError[] =>
  reason === undefined || reasons === undefined || reasons.includes(reason)
    ? []
    : [{ pointer, detail: invalidValueText(reason, reasons) }];
