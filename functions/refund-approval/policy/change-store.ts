import * as z from 'zod';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import {
  RefundPolicyChangeRejected,
  RefundPolicyChangeRequested,
} from '../../../shared/contracts/refunds/policy-events.ts';
import { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { newestUnder } from '../../../shared/dynamodb/query-pages.ts';
import { policyChangeKey, policyChangePrefix, policyKey } from '../refund/refund-keys.ts';

/** A requested change in the table, without its key. */
const PolicyChange = z.object({
  changeId: z.string(),
  status: z.enum(['pending-approval', 'approved', 'rejected']),
  baseVersion: z.int().positive(),
  looser: z.array(z.enum(['rules', 'limits', 'returns'])),
  content: RefundPolicy,
  requestedBy: z.string(),
  requestedAt: z.string(),
  /** Source address of the request. */
  from: z.string(),
  expiresAt: z.string(),
  decidedBy: z.string().optional(),
  decidedAt: z.string().optional(),
  comment: z.string().optional(),
  version: z.int().positive(),
});
export type PolicyChange = z.infer<typeof PolicyChange>;

/** The changes of the policy that were requested. */
export function createPolicyChangeStore(db: Database, table: string) {
  const putAction = (change: PolicyChange): Action => ({
    Put: {
      TableName: table,
      Item: { ...change, ...policyChangeKey(change.changeId) },
      ...expectVersion(change.version - 1),
    },
  });
  const eventData = ({ changeId, baseVersion, requestedBy, looser }: PolicyChange) => ({
    changeId,
    baseVersion,
    requestedBy,
    looser,
  });
  const commit = (change: PolicyChange, event: ReturnType<typeof newEvent>) =>
    transact(db, [putAction(change), { Put: { TableName: table, Item: outboxItem(policyKey.pk, event) } }]);

  return {
    putAction,

    async find(changeId: string): Promise<PolicyChange | undefined> {
      const [item] = (await readBatch(db, { [table]: [policyChangeKey(changeId)] }, true)).get(table) ?? [];
      return item === undefined ? undefined : PolicyChange.parse(item);
    },

    request: (change: PolicyChange, cause: Cause) =>
      commit(change, newEvent(RefundPolicyChangeRequested, { ...eventData(change), content: change.content }, cause)),

    reject: (change: PolicyChange, by: string, cause: Cause) =>
      commit(
        change,
        newEvent(RefundPolicyChangeRejected, { ...eventData(change), by, comment: change.comment }, cause),
      ),

    /** Up to `limit` changes, those of the newest version first, after the sort key `before`. */
    list: (before: string | undefined, limit: number) =>
      newestUnder(db, table, { pk: policyKey.pk, prefix: policyChangePrefix }, PolicyChange, { before, limit }),
  };
}
export type PolicyChangeStore = ReturnType<typeof createPolicyChangeStore>;
