import { Duration, Size } from 'aws-cdk-lib';
import type * as env from '../../../functions/promotion-scheduling/analyses/env.ts';
import {
  PriceDifferencesFound,
  PromotionAnalysisRequested,
} from '../../../shared/contracts/promotions/analysis-events.ts';
import * as effectRoutes from '../../../shared/contracts/promotions/effect-routes.ts';
import { PromotionEnded } from '../../../shared/contracts/promotions/events.ts';
import * as rehearsalRoutes from '../../../shared/contracts/promotions/rehearsal-routes.ts';
import * as replayRoutes from '../../../shared/contracts/promotions/replay-routes.ts';
import * as worstCaseRoutes from '../../../shared/contracts/promotions/worst-case-routes.ts';
import { all } from '../../constructs/access.ts';
import { oneAtATime } from '../../constructs/work-queue.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { catalog } from '../../data/catalog.ts';
import { analyses } from '../../data/promotions.ts';
import { lake, reports } from '../../data/finance/reports.ts';
import { storeSettings } from '../../data/settings.ts';
import { settings } from '../../settings.ts';

/** Rehearsals, reports of effects and replays of prices: jobs that read the orders of past days. */
export function addAnalyses(stack: WorkflowStack): void {
  const selling = all(settings.channels, settings.selling, settings.priceGuard);
  stack.routes<env.AnalysisApiEnv>({
    routes: [rehearsalRoutes, effectRoutes, replayRoutes, worstCaseRoutes],
    handler: 'promotion-scheduling/analysis-api.handler.ts',
    uses: all(
      all(analyses.requester, reports.promotionReader, catalog.lister, storeSettings.reader),
      all(selling, settings.timeZone),
    ),
    errorImpact: 'Marketing cannot rehearse promotions, or read their effect.',
    memorySize: 1769,
  });
  stack.onEvents<env.AnalysisJobEnv>(PromotionAnalysisRequested, {
    ...oneAtATime,
    handler: 'promotion-scheduling/run-analysis.handler.ts',
    uses: all(
      all(analyses.runner, lake.lister, lake.reader, reports.lister, reports.promotionWriter),
      all(catalog.reader, storeSettings.reader, selling),
    ),
    errorImpact: 'Rehearsals, effect reports and the nightly replay of prices have no result.',
    memorySize: 3008,
    ephemeralStorageSize: Size.gibibytes(6),
  });
  stack.daily<env.ReplayRequestEnv>('04:15', {
    handler: 'promotion-scheduling/nightly-replay.handler.ts',
    uses: all(analyses.requester, settings.timeZone),
    errorImpact: 'The prices of yesterday’s orders are not calculated again.',
    timeout: Duration.minutes(1),
  });
  stack.onEvents<env.ReplayRequestEnv>(PromotionEnded, {
    handler: 'promotion-scheduling/ended-effect.handler.ts',
    uses: all(analyses.requester, settings.timeZone),
    errorImpact: 'A promotion that ended has no effect report until someone requests it.',
  });
  stack.alarmOn(PriceDifferencesFound, {
    errorImpact: 'Customers were charged other prices than the store calculates. The message names their orders.',
  });
}
