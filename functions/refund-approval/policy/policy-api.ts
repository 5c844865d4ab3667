import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { problem, type HttpResponse } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/refunds/policy-routes.ts';
import { contentHash } from '../../../shared/ids.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { cursorOf, positionOf } from '../../../shared/dynamodb/cursor.ts';
import { invalidCursor } from '../../../shared/contracts/list-query.ts';
import { changePolicy, etagOf } from './policy-change.ts';
import type { PolicyInForce, PolicyStore } from '../refund/policy-store.ts';
import { policyVersionPattern } from '../refund/refund-keys.ts';

const retryBudgetMs = 4000;

/** The routes that read and change the refund policy. */
export const policyApi = (store: PolicyStore) => ({
  getRefundPolicy: async (): Promise<HttpResponse> => policyResponse(await store.inForce()),

  putRefundPolicy: ({ headers, body, caller, cause }: Request<typeof routes.putRefundPolicy>): Promise<HttpResponse> =>
    retryOnConflict(retryBudgetMs, async () => {
      const current = await store.inForce();
      const by = caller.subject || caller.clientId;
      const wanted = { content: body, by, at: new Date(cause.now).toISOString(), from: caller.address };
      const isSame = contentHash(body) === contentHash(current.content);
      const decision = changePolicy(wanted, current, isSame, headers['if-match']);
      switch (decision.kind) {
        case 'unchanged':
          return policyResponse(decision.current);
        case 'changed':
          return (await store.put(decision.next, cause)) === 'done' ? policyResponse(decision.next) : undefined;
        case 'precondition-required':
          return problem(428, decision.kind, 'If-Match with the ETag of the current policy is required.');
        case 'precondition-failed':
          return problem(412, decision.kind, 'The policy changed: its ETag is not the one in If-Match.');
        default:
          return decision satisfies never;
      }
    }),

  listRefundPolicyVersions: async ({
    query: { limit, cursor },
  }: Request<typeof routes.listRefundPolicyVersions>): Promise<HttpResponse> => {
    const before = cursor === undefined ? undefined : positionOf(cursor, 'versions', policyVersionPattern);
    if (cursor !== undefined && before === undefined) return invalidCursor;
    const { versions, last } = await store.versions(before, limit);
    const body = {
      versions: versions.map(({ version, at, by, from, content }) => ({ version, at, by, from, content })),
      ...(last !== undefined && { cursor: cursorOf('versions', last) }),
    };
    return { status: 200, body };
  },
});

const policyResponse = (policy: PolicyInForce): HttpResponse => ({
  status: 200,
  headers: { etag: etagOf(policy) },
  body: policy.content,
});
