import { ulid } from 'ulid';
import { businessDays } from '../../../shared/business-day.ts';
import type * as effectRoutes from '../../../shared/contracts/promotions/effect-routes.ts';
import { type HttpResponse, invalidContent, problem } from '../../../shared/contracts/problem.ts';
import {
  maxRehearsedDays,
  type postRehearsal,
  type getRehearsal,
} from '../../../shared/contracts/promotions/rehearsal-routes.ts';
import {
  type getPriceReplay,
  maxReplayedDays,
  type postPriceReplay,
} from '../../../shared/contracts/promotions/replay-routes.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { PromotionRecord } from '../promotion/promotion-record.ts';
import type { AnalysisFiles } from './analysis-files-client.ts';
import { type Analysis, type AnalysisStore, filesIdOf, type WantedAnalysis } from './analysis-store.ts';
import { dayCount } from './days.ts';
import { measuredOf } from './measured.ts';

type Deps = {
  store: AnalysisStore;
  files: Pick<AnalysisFiles, 'links'>;
  /** The promotion; undefined if there is none. */
  promotion: (promotionId: string) => Promise<PromotionRecord | undefined>;
  timeZone: string;
};

const unknownPromotion = problem(404, 'unknown-promotion', 'The store has no such promotion.');
const noAnalysis = problem(404, 'not-found', 'There is no such analysis.');
const noReport = problem(404, 'no-report', 'The promotion has no report yet. It is made when it ends, and by a POST.');
const notStarted = problem(409, 'not-started', 'No order can have the promotion yet.');
const tooLarge = problem(422, 'too-large', 'The drafts are too large together. Rehearse fewer at once.');

/** Requests and reads analyses of past orders. */
export function analysisApi({ store, files, promotion, timeZone }: Deps) {
  async function shown(analysis: Analysis) {
    const { status, requestedAt, completedAt, days, daysDone, orders, error, from, to, files: names } = analysis;
    return {
      from,
      to,
      status,
      requestedAt,
      completedAt,
      progress: { days, daysDone, orders },
      error: status === 'completed' ? undefined : error,
      files: status === 'completed' && names ? await files.links(filesIdOf(analysis), names) : undefined,
    };
  }
  async function requested(wanted: WantedAnalysis, location: string, cause: Cause, own: object): Promise<HttpResponse> {
    const analysis = await store.request(wanted, cause);
    if (analysis === 'too-large') return tooLarge;
    return { status: 202, headers: { location }, body: { ...own, ...(await shown(analysis)) } };
  }

  return {
    postRehearsal: async ({ params, body, cause }: Request<typeof postRehearsal>): Promise<HttpResponse> => {
      const { promotionId } = params;
      const { from, to, drafts, assumeCodes = false } = body;
      const today = businessDays(timeZone)(cause.now);
      const errors = rangeErrors({ from, to }, maxRehearsedDays, today);
      if (errors.length > 0) return invalidContent(errors);
      const saved = drafts ? undefined : await promotion(promotionId);
      if (!drafts && !saved) return unknownPromotion;
      const definitions = drafts ?? [{ name: saved?.definition.name ?? promotionId, definition: saved?.definition }];
      const rehearsalId = `rehearsal-${ulid(cause.now).toLowerCase()}`;
      return requested(
        {
          analysisId: rehearsalId,
          kind: 'rehearsal',
          promotionId,
          from,
          to,
          days: dayCount(from, to),
          input: { drafts: definitions, assumeCodes },
        },
        `/promotions/${promotionId}/rehearsals/${rehearsalId}`,
        cause,
        { rehearsalId, promotionId },
      );
    },

    getRehearsal: async ({ params }: Request<typeof getRehearsal>): Promise<HttpResponse> => {
      const { promotionId, rehearsalId } = params;
      const analysis = await store.read(rehearsalId);
      if (analysis?.kind !== 'rehearsal' || analysis.promotionId !== promotionId) return noAnalysis;
      const { result } = analysis;
      return { status: 200, body: { rehearsalId, promotionId, ...(await shown(analysis)), result } };
    },

    postReplay: async ({ body, cause }: Request<typeof postPriceReplay>): Promise<HttpResponse> => {
      const { from, to = from } = body;
      const errors = rangeErrors({ from, to }, maxReplayedDays, businessDays(timeZone)(cause.now));
      if (errors.length > 0) return invalidContent(errors);
      const wanted = replayOf(from, to);
      const replayId = wanted.analysisId;
      return requested(wanted, `/price-replays/${replayId}`, cause, { replayId });
    },

    getReplay: async ({ params: { replayId } }: Request<typeof getPriceReplay>): Promise<HttpResponse> => {
      const analysis = await store.read(replayId);
      if (analysis?.kind !== 'price-replay') return noAnalysis;
      return { status: 200, body: { replayId, ...(await shown(analysis)), result: analysis.result } };
    },

    postEffect: async ({
      params: { promotionId },
      cause,
    }: Request<typeof effectRoutes.postEffect>): Promise<HttpResponse> => {
      const record = await promotion(promotionId);
      if (!record) return unknownPromotion;
      const wanted = effectOf(record, timeZone, cause.now);
      if (!wanted) return notStarted;
      return requested(wanted, `/promotions/${promotionId}/effect`, cause, {
        reportId: wanted.analysisId,
        promotionId,
      });
    },

    getEffect: async ({ params: { promotionId } }: Request<typeof effectRoutes.getEffect>): Promise<HttpResponse> => {
      const analysis = await store.read(effectId(promotionId));
      if (!analysis) return (await promotion(promotionId)) ? noReport : unknownPromotion;
      const { analysisId: reportId, result: report } = analysis;
      return { status: 200, body: { reportId, promotionId, ...(await shown(analysis)), report } };
    },
  };
}

const effectId = (promotionId: string) => `effect-${promotionId}`;

/** The replay of the prices of these days. */
export const replayOf = (from: string, to: string): WantedAnalysis => ({
  analysisId: from === to ? `replay-${from}` : `replay-${from}-${to}`,
  kind: 'price-replay',
  from,
  to,
  days: dayCount(from, to),
});

/** The report of a promotion up to now; undefined before its start, and for one that was never approved. */
export function effectOf(record: PromotionRecord, timeZone: string, now: number): WantedAnalysis | undefined {
  const measured = measuredOf(record, timeZone, now);
  if (!measured) return undefined;
  const { promotionId } = record;
  const days = [...measured.daysBefore, ...measured.daysWith];
  const [from = '', to = ''] = [days[0], days.at(-1)];
  return {
    analysisId: effectId(promotionId),
    kind: 'effect',
    promotionId,
    from,
    to,
    days: days.length,
    input: measured,
  };
}

function rangeErrors({ from, to }: { from: string; to: string }, maxDays: number, last: string) {
  if (to < from) return [{ pointer: '/to', detail: `The last day is before the first, ${from}.` }];
  if (to > last) return [{ pointer: '/to', detail: `The day has not begun. The last possible one is ${last}.` }];
  const days = dayCount(from, to);
  return days > maxDays ? [{ pointer: '/from', detail: `${days} days are more than ${maxDays}.` }] : [];
}
