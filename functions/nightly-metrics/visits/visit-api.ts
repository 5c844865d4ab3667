import { requestedChannel } from '../../../shared/access/channel-access.ts';
import { type HttpResponse, invalidContent, problem } from '../../../shared/contracts/problem.ts';
import type { postVisits } from '../../../shared/contracts/reports/visit-routes.ts';
import { contentHash } from '../../../shared/ids.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { type Channels, defaultMaxOrderAgeDays } from '../../../shared/store.ts';
import { hourProblems } from './decide.ts';
import type { VisitStore } from './visit-store.ts';

type Deps = { store: VisitStore; channels: Channels; timeZone: string; currency: string };

/** Records visits of the caller's channel, or of one that staff name. */
export const visitApi =
  ({ store, channels, timeZone, currency: own }: Deps) =>
  async ({ body, query, caller, cause }: Request<typeof postVisits>): Promise<HttpResponse> => {
    const channel = requestedChannel(caller.clientId, channels, query.channel);
    if (channel === undefined) return problem(403, 'forbidden', 'The caller is not this channel.');
    const { maxOrderAgeDays: maxAgeDays = defaultMaxOrderAgeDays } = ownValue(channels, caller.clientId) ?? {};
    const errors = hourProblems(body.counts, { now: cause.now, timeZone, maxAgeDays });
    if (errors.length > 0) return invalidContent(errors);
    const { batchId } = body;
    const counts = body.counts.map(({ hour, currency = own, visits }) => ({
      hour: new Date(hour).toISOString(),
      currency,
      visits,
    }));
    const inOrder = counts.map(({ hour, currency, visits }) => `${hour} ${currency} ${visits}`).toSorted();
    const outcome = await store.record({ channel, batchId, counts, contentHash: contentHash(inOrder) }, cause);
    if (outcome === 'conflict') {
      return problem(409, 'batch-conflict', `The batch ${batchId} was recorded with other counts, which remain.`);
    }
    const response = { batchId, channel, visits: counts.reduce((sum, { visits }) => sum + visits, 0) };
    if (outcome === 'recorded') return { status: 201, body: response };
    return { status: 200, headers: { 'idempotent-replayed': 'true' }, body: response };
  };
