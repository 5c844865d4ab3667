import * as z from 'zod';
import { type Action, type Database, type Key, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { RefundPolicyChanged } from '../../../shared/contracts/refunds/policy-events.ts';
import { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { newestUnder } from '../../../shared/dynamodb/query-pages.ts';
import { policyKey, policyVersionKey, policyVersionPrefix } from './refund-keys.ts';
import { defaultPolicy, type EarlierPolicy, type PolicyInForce, watchedPolicies } from './refund-policy.ts';

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
  const read = async (keys: Key[]) => {
    const items = (await readBatch(db, { [table]: keys }, true)).get(table) ?? [];
    return items.map((item) => StoredPolicy.parse(item));
  };
  const readCurrent = async (): Promise<Pick<PolicyVersion, 'version' | 'content' | 'earlier'>> =>
    (await read([policyKey]))[0] ?? { version: 0, content: defaultPolicy };

  /** The content of these versions, in one request. Version 0 is the default policy. */
  const contentsOf = async (versions: ReadonlySet<number>): Promise<ReadonlyMap<number, RefundPolicy>> => {
    const stored = await read([...versions].filter((version) => version > 0).map(policyVersionKey));
    return new Map([[0, defaultPolicy], ...stored.map(({ version, content }) => [version, content] as const)]);
  };

  return {
    /** The policy in force without those that still judge the authors of changes: one read. */
    async current(): Promise<Pick<PolicyInForce, 'version' | 'content'>> {
      const { version, content } = await readCurrent();
      return { version, content };
    },

    /** The policy in force, with those that judge the authors of changes at `now` (ms since the epoch). */
    async inForce(now: number): Promise<PolicyInForce> {
      const { version, content, earlier } = await readCurrent();
      const watched = watchedPolicies({ earlier }, now);
      const contents = await contentsOf(new Set(watched.map((each) => each.version)));
      const withContent = (each: EarlierVersion) => ({ ...each, content: contentIn(contents, each.version) });
      return { version, content, earlier: watched.map(withContent) };
    },

    /** The content of a version; 0 is the default policy. */
    version: async (version: number): Promise<RefundPolicy> => contentIn(await contentsOf(new Set([version])), version),

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

function contentIn(contents: ReadonlyMap<number, RefundPolicy>, version: number): RefundPolicy {
  const content = contents.get(version);
  if (!content) throw new RangeError(`The refund policy has no version ${version}`);
  return content;
}
