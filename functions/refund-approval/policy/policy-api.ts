import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { problem, type HttpResponse } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/refunds/policy-routes.ts';
import { policyChangeIdOf } from '../../../shared/ids.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { PolicyInForce } from '../refund/refund-policy.ts';
import { changeResponse, type PolicyStores } from './change-api.ts';
import type { PolicyChange } from './change-store.ts';
import type { LooserPart } from './looser.ts';
import { changePolicy, etagOf, type WantedPolicy } from './policy-change.ts';
import type { PolicySettings } from './settings.ts';
import { policyVersionPattern } from '../refund/refund-keys.ts';

const retryBudgetMs = 4000;
const msPerHour = 3_600_000;

/** The routes that read and change the refund policy. */
export const policyApi = ({ store, changes, cursors }: PolicyStores, settings: PolicySettings) => ({
  getRefundPolicy: async (): Promise<HttpResponse> => policyResponse(await store.current()),

  putRefundPolicy: ({ headers, body, caller, cause }: Request<typeof routes.putRefundPolicy>): Promise<HttpResponse> =>
    retryOnConflict(retryBudgetMs, async () => {
      const current = await store.inForce(cause.now);
      const by = caller.subject || caller.clientId;
      const wanted = { content: body, by, at: new Date(cause.now).toISOString(), from: caller.address };
      const decision = changePolicy(wanted, current, headers['if-match'], settings.authorWatchHours);
      switch (decision.kind) {
        case 'unchanged':
          return policyResponse(decision.current);
        case 'changed':
          return (await store.put(decision.next, decision.isLooser, cause)) === 'done'
            ? policyResponse(decision.next)
            : undefined;
        case 'needs-approval': {
          const changeId = policyChangeIdOf(current.version, by, body);
          const earlier = await changes.find(changeId);
          // A repeated request; an expired or rejected one can be requested again.
          const isRepeated = earlier?.status === 'pending-approval' && cause.now < Date.parse(earlier.expiresAt);
          if (isRepeated) return changeAccepted(earlier, current, cause.now);
          const expiresAt = new Date(cause.now + settings.changeExpiresHours * msPerHour).toISOString();
          const change = newChange(wanted, { changeId, expiresAt, looser: decision.looser }, current, earlier);
          return (await changes.request(change, cause)) === 'done'
            ? changeAccepted(change, current, cause.now)
            : undefined;
        }
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
    caller,
  }: Request<typeof routes.listRefundPolicyVersions>): Promise<HttpResponse> => {
    const list = { list: 'policy-versions', caller: caller.clientId };
    const start = await cursors.startAfter(cursor, list, policyVersionPattern);
    if ('refusal' in start) return start.refusal;
    const { after: before } = start;
    const { items, last } = await store.versions(before, limit);
    const body = {
      versions: items.map(({ version, at, by, from, approvedBy, content }) => ({
        version,
        at,
        by,
        from,
        approvedBy,
        content,
      })),
      ...(last !== undefined && { cursor: await cursors.of(list, last) }),
    };
    return { status: 200, body };
  },
});

const policyResponse = (policy: Pick<PolicyInForce, 'version' | 'content'>): HttpResponse => ({
  status: 200,
  headers: { etag: etagOf(policy) },
  body: policy.content,
});

const newChange = (
  { content, by, at, from }: WantedPolicy,
  given: { changeId: string; expiresAt: string; looser: LooserPart[] },
  current: PolicyInForce,
  earlier: PolicyChange | undefined,
): PolicyChange => ({
  ...given,
  status: 'pending-approval',
  baseVersion: current.version,
  content,
  requestedBy: by,
  requestedAt: at,
  from,
  version: (earlier?.version ?? 0) + 1,
});

const changeAccepted = (change: PolicyChange, current: PolicyInForce, now: number): HttpResponse => ({
  status: 202,
  headers: { location: `/policies/refund/changes/${change.changeId}` },
  body: changeResponse(change, current.version, now),
});
