import * as z from 'zod';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { RefundPolicyChanged } from '../../../shared/contracts/refunds/policy-events.ts';
import { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { newestUnder } from '../../../shared/dynamodb/query-pages.ts';
import { policyKey, policyVersionKey, policyVersionPrefix } from './refund-keys.ts';
import { defaultPolicy, type EarlierPolicy, type PolicyInForce } from './refund-policy.ts';

/** An earlier policy as it is stored: its content is that of its version. */
export type EarlierVersion = Omit<EarlierPolicy, 'content'>;
/** A version, and the person, time and source address of the change. */
export type PolicyVersion = {
  version: number;
  content: RefundPolicy;
  by: string;
  at: string;
  from: string;
  approvedBy?: string | undefined;
  /** The policies before looser ones, whose time is not over. */
  earlier?: EarlierVersion[] | undefined;
};

const StoredPolicy = z.object({
  version: z.int().positive(),
  content: RefundPolicy,
  by: z.string(),
  at: z.string(),
  from: z.string(),
  approvedBy: z.string().optional(),
  earlier: z.array(z.object({ by: z.string(), until: z.string(), version: z.int().nonnegative() })).optional(),
});

/** The policy in force and all earlier versions. */
export function createPolicyStore(db: Database, table: string) {
  const read = async (key: { pk: string; sk: string }) => {
    const [item] = (await readBatch(db, { [table]: [key] }, true)).get(table) ?? [];
    return item === undefined ? undefined : StoredPolicy.parse(item);
  };

  /** The content of a version; 0 is the default policy. */
  const contentOf = async (version: number): Promise<RefundPolicy> => {
    if (version === 0) return defaultPolicy;
    const found = await read(policyVersionKey(version));
    if (!found) throw new RangeError(`The refund policy has no version ${version}`);
    return found.content;
  };

  return {
    async inForce(): Promise<PolicyInForce> {
      const policy = await read(policyKey);
      if (!policy) return { version: 0, content: defaultPolicy };
      const { version, content, earlier = [] } = policy;
      const withContent = async (each: EarlierVersion) => ({ ...each, content: await contentOf(each.version) });
      return { version, content, earlier: await Promise.all(earlier.map(withContent)) };
    },

    version: contentOf,

    /**
     * Puts a new version in force, together with the `others` of the transaction. Another new version in the meantime is
     * a version conflict.
     */
    put(
      next: PolicyVersion,
      isLooser: boolean,
      cause: Cause,
      others: readonly Action[] = [],
    ): Promise<'done' | 'version-conflict'> {
      const { version, by, approvedBy, content } = next;
      const event = newEvent(RefundPolicyChanged, { version, by, approvedBy, isLooser, content }, cause);
      return transact(db, [
        { Put: { TableName: table, Item: { ...next, ...policyKey }, ...expectVersion(version - 1) } },
        { Put: { TableName: table, Item: { ...next, ...policyVersionKey(version) }, ...expectVersion(0) } },
        { Put: { TableName: table, Item: outboxItem(policyKey.pk, event) } },
        ...others,
      ]);
    },

    /** Up to `limit` versions, the newest first, after the sort key `before`. */
    versions: (before: string | undefined, limit: number) =>
      newestUnder(db, table, { pk: policyKey.pk, prefix: policyVersionPrefix }, StoredPolicy, { before, limit }),
  };
}
export type PolicyStore = ReturnType<typeof createPolicyStore>;
