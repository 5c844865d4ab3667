import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { getClaimCheck, postClaimCheck } from '../../../shared/contracts/promotions/usage-routes.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { checkBody, type ClaimCheckRecord } from './claim-check-record.ts';
import type { ClaimCheckRequests } from './claim-check-request-store.ts';

/** Requests and reads checks of the counters of limits. */
export const claimCheckApi = (store: ClaimCheckRequests) => ({
  post: async ({ caller, cause }: Request<typeof postClaimCheck>): Promise<HttpResponse> => {
    const requestedAt = new Date(cause.now).toISOString();
    const record: ClaimCheckRecord = {
      checkId: `check-${requestedAt}`,
      status: 'requested',
      requestedAt,
      requestedBy: caller.subject || caller.clientId,
    };
    await store.request(record, cause);
    const location = `/promotions/claim-checks/${encodeURIComponent(record.checkId)}`;
    return { status: 202, headers: { location }, body: checkBody(record) };
  },

  get: async ({ params: { checkId } }: Request<typeof getClaimCheck>): Promise<HttpResponse> => {
    const record = await store.read(checkId);
    return record ? { status: 200, body: checkBody(record) } : unknown;
  },
});

const unknown = problem(404, 'not-found', 'There is no such check.');
