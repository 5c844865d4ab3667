import { resourceServer } from '../../../shared/access/scopes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/refunds/policy-change-routes.ts';
import type { RefundPolicyChange } from '../../../shared/contracts/refunds/policy-routes.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { PolicyStore } from '../refund/policy-store.ts';
import { policyChangePattern } from '../refund/refund-keys.ts';
import { decideOnChange, statusOf } from './change-decision.ts';
import type { PolicyChange, PolicyChangeStore } from './change-store.ts';
import { nextVersion } from './policy-change.ts';

const retryBudgetMs = 4000;
const unknownChange = problem(404, 'not-found', 'There is no such change of the policy.');

export type PolicyStores = { store: PolicyStore; changes: PolicyChangeStore; cursors: Cursors };

/** The routes of requested changes. After an approval, the author is judged by the earlier policy for `authorWatchHours`. */
export const policyChangeApi = ({ store, changes, cursors }: PolicyStores, authorWatchHours: number) => ({
  listRefundPolicyChanges: async (request: Request<typeof routes.listRefundPolicyChanges>): Promise<HttpResponse> => {
    const { limit, cursor } = request.query;
    const list = { list: 'policy-changes', caller: request.caller.clientId };
    const start = await cursors.startAfter(cursor, list, policyChangePattern);
    if ('refusal' in start) return start.refusal;
    const { after: before } = start;
    const { version } = await store.current();
    const { items, last } = await changes.list(before, limit);
    const body = {
      changes: items.map((change) => changeResponse(change, version, request.cause.now)),
      ...(last !== undefined && { cursor: await cursors.of(list, last) }),
    };
    return { status: 200, body };
  },

  getRefundPolicyChange: async ({
    params,
    cause,
  }: Request<typeof routes.getRefundPolicyChange>): Promise<HttpResponse> => {
    const change = await changes.find(params.changeId);
    if (!change) return unknownChange;
    return { status: 200, body: changeResponse(change, (await store.current()).version, cause.now) };
  },

  decideRefundPolicyChange: ({
    params,
    body,
    caller,
    cause,
  }: Request<typeof routes.decideRefundPolicyChange>): Promise<HttpResponse> =>
    retryOnConflict(retryBudgetMs, async () => {
      const change = await changes.find(params.changeId);
      if (!change) return unknownChange;
      const current = await store.inForce(cause.now);
      const by = caller.subject || caller.clientId;
      const decision = decideOnChange(change, { ...body, comment: body.comment, by }, current.version, cause.now);
      switch (decision.kind) {
        case 'already-done':
          return {
            status: 200,
            headers: { 'idempotent-replayed': 'true' },
            body: changeResponse(change, current.version, cause.now),
          };
        case 'illegal':
          return problem(409, 'illegal-transition', `A change that is ${decision.status} cannot be decided.`, {
            currentStatus: decision.status,
          });
        case 'own-change':
          return problem(403, decision.kind, 'Another person must approve the change.');
        case 'reject':
          return (await changes.reject(decision.change, by, cause)) === 'done'
            ? { status: 200, body: changeResponse(decision.change, current.version, cause.now) }
            : undefined;
        case 'approve': {
          const { content, requestedBy, requestedAt, from } = change;
          const wanted = { content, by: requestedBy, at: requestedAt, from, approvedBy: by };
          const next = nextVersion(wanted, current, true, cause.now, authorWatchHours);
          const isDone = await store.put(next, true, cause, [changes.putAction(decision.change)]);
          return isDone === 'done'
            ? { status: 200, body: changeResponse(decision.change, next.version, cause.now) }
            : undefined;
        }
        default:
          return decision satisfies never;
      }
    }),
});

/** The response body of a change, while this version is in force. */
export const changeResponse = (change: PolicyChange, versionInForce: number, now: number): RefundPolicyChange => ({
  changeId: change.changeId,
  status: statusOf(change, versionInForce, now),
  baseVersion: change.baseVersion,
  looser: change.looser,
  requestedBy: change.requestedBy,
  requestedAt: change.requestedAt,
  expiresAt: change.expiresAt,
  mayApprove: { scope: `${resourceServer}/policies.write`, except: [change.requestedBy] },
  decidedBy: change.decidedBy,
  decidedAt: change.decidedAt,
  comment: change.comment,
  content: change.content,
});
