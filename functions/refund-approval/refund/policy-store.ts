import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { RefundPolicyChanged } from '../../../shared/contracts/refunds/policy-events.ts';
import { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { defaultPolicy } from './default-policy.ts';
import type { PolicyInForce, PolicyVersion } from '../policy/policy-change.ts';
import { policyKey, policyVersionKey, policyVersionPrefix } from './refund-keys.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';

const StoredPolicy = z.object({
  version: z.int().positive(),
  content: RefundPolicy,
  by: z.string(),
  at: z.string(),
  from: z.string(),
});
const StoredVersion = StoredPolicy.extend({ sk: z.string() });

/** The policy in force and every version before it. */
export function createPolicyStore(db: Database, table: string) {
  const read = async (key: { pk: string; sk: string }) => {
    const [item] = (await readBatch(db, { [table]: [key] }, true))[table] ?? [];
    return item === undefined ? undefined : StoredPolicy.parse(item);
  };

  return {
    inForce: async (): Promise<PolicyInForce> => (await read(policyKey)) ?? { version: 0, content: defaultPolicy },

    /** What a version says; 0 is the default. */
    async version(version: number): Promise<RefundPolicy> {
      if (version === 0) return defaultPolicy;
      const found = await read(policyVersionKey(version));
      if (!found) throw new RangeError(`The refund policy has no version ${version}`);
      return found.content;
    },

    /** Puts the version in force and keeps it, unless another one came first. */
    put(next: PolicyVersion, cause: Cause): Promise<'done' | 'version-conflict'> {
      const { version, by, content } = next;
      const event = newEvent(RefundPolicyChanged, { version, by, content }, cause);
      return transact(db, [
        { Put: { TableName: table, Item: { ...next, ...policyKey }, ...expectVersion(version - 1) } },
        { Put: { TableName: table, Item: { ...next, ...policyVersionKey(version) }, ...expectVersion(0) } },
        { Put: { TableName: table, Item: outboxItem(policyKey.pk, event) } },
      ]);
    },

    /** Up to `limit` versions, newest first, older than `before` (a sort key). */
    async versions(before: string | undefined, limit: number) {
      const { Items = [], LastEvaluatedKey } = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
          ExpressionAttributeValues: {
            ':pk': policyKey.pk,
            ':first': policyVersionPrefix,
            ':last': before ?? `${policyVersionPrefix}~`,
          },
          ConsistentRead: true,
          ScanIndexForward: false,
          // The one to go on behind is part of the range.
          Limit: before === undefined ? limit : limit + 1,
        }),
      );
      const found = Items.map((item) => StoredVersion.parse(item)).filter(({ sk }) => sk !== before);
      return { versions: found, last: LastEvaluatedKey ? found.at(-1)?.sk : undefined };
    },
  };
}
export type PolicyStore = ReturnType<typeof createPolicyStore>;
