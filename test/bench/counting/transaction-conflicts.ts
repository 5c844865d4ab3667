import type { Faults } from '../../../infra/local/faults.ts';
import { jsonResponse } from '../../../infra/local/gateway/aws-call.ts';

/** Approximate duration of a transaction on AWS. */
export const usualTransactionMs = 10;

type Key = { pk: object; sk: object };
type Keyed = { TableName: string; Key?: Key; Item?: Key };

/**
 * Transaction conflicts as on AWS: during a transaction of `transactionMs`, another transaction on one of its items is
 * cancelled. dynoxide serialises transactions, so they never conflict there. `isSlow`: the transaction also takes so long.
 */
export function transactionConflicts(
  { transactionMs = usualTransactionMs, isSlow = false } = {},
  clock: () => number = () => performance.now(),
): NonNullable<Faults['onCall']> {
  const busyUntil = new Map<string, number>();
  return ({ call: { operation, body } }) => {
    if (operation !== 'TransactWriteItems') return undefined;
    const { TransactItems: actions } = JSON.parse(body.toString()) as { TransactItems: Record<string, Keyed>[] };
    const items = actions.flatMap((action) => Object.values(action).map(itemOf));
    const now = clock();
    const codes = items.map((item) => ((busyUntil.get(item) ?? 0) > now ? 'TransactionConflict' : 'None'));
    if (codes.every((code) => code === 'None')) {
      for (const item of items) busyUntil.set(item, now + transactionMs);
      return isSlow ? { kind: 'slow', milliseconds: transactionMs } : undefined;
    }
    const response = {
      __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
      Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
      CancellationReasons: codes.map((Code) => ({ Code })),
    };
    return { kind: 'refused', response: jsonResponse(response, 400) };
  };
}

const itemOf = ({ TableName, Key, Item }: Keyed) => {
  const { pk, sk } = Key ?? Item ?? {};
  return JSON.stringify([TableName, pk, sk]);
};
