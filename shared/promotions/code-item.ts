import * as z from 'zod';
import type { Action } from '../dynamodb/database.ts';
import type { Cart, PromotionSet } from '../pricing/promotions/types.ts';

/**
 * A unique code of a batch. It is stored as it is: staff must find the order of a code that a customer reads to them, and a
 * hash of 60 random bits protects nothing without a secret that every order would have to read.
 */
export const CodeItem = z.object({
  /** In its normal form, as in the key. */
  code: z.string(),
  promotionId: z.string(),
  batchId: z.string(),
  revoked: z.literal(true).optional(),
  /** Orders that hold it. */
  uses: z.int().nonnegative().default(0),
  orderIds: z.set(z.string()).default(new Set()),
});
export type CodeItem = z.infer<typeof CodeItem>;

/** Most orders that the item of a code names. */
const maxOrdersOfCode = 100;
/** Uses of a unique code: one, unless its promotion states the uses of each code. */
export const usesOfUniqueCode = (perCode = 1): number => Math.min(perCode, maxOrdersOfCode);

/** `code` in its normal form. */
export const codeKey = (code: string) => ({ pk: `CODE#${code}`, sk: 'CODE' });

/** The entered codes of batches, by code, from their items. A revoked code is unknown. */
export function uniqueCodesOf(items: readonly unknown[], set: PromotionSet | undefined): Cart['uniqueCodes'] {
  const codes = items.map((item) => CodeItem.parse(item)).filter(({ revoked }) => !revoked);
  return new Map(
    codes.map(({ code, promotionId, uses }) => {
      const promotion = set?.promotions.find((each) => each.promotionId === promotionId);
      return [code, { promotionId, isUsed: uses >= usesOfUniqueCode(promotion?.limits?.perCode) }];
    }),
  );
}

/** Claims a use of the code for the order. The condition is false if the code is used up, revoked, or held by this order. */
export const claimCode = (table: string, code: string, orderId: string, maxUses: number): Action => ({
  Update: {
    TableName: table,
    Key: codeKey(code),
    UpdateExpression: 'ADD #uses :one, orderIds :order',
    ConditionExpression:
      'attribute_exists(pk) AND attribute_not_exists(revoked) AND (attribute_not_exists(#uses) OR #uses < :max) AND NOT contains(orderIds, :orderId)',
    ExpressionAttributeNames: { '#uses': 'uses' },
    ExpressionAttributeValues: { ':one': 1, ':max': maxUses, ':order': new Set([orderId]), ':orderId': orderId },
  },
});

/** Releases the order's use of the code. The condition is false if the order does not hold the code. */
export const releaseCode = (table: string, code: string, orderId: string): Action => ({
  Update: {
    TableName: table,
    Key: codeKey(code),
    UpdateExpression: 'ADD #uses :minus DELETE orderIds :order',
    ConditionExpression: 'contains(orderIds, :orderId)',
    ExpressionAttributeNames: { '#uses': 'uses' },
    ExpressionAttributeValues: { ':minus': -1, ':order': new Set([orderId]), ':orderId': orderId },
  },
});
