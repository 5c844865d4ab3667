import { type App, Duration } from 'aws-cdk-lib';
import type { CompileEnv } from '../../functions/promotion-scheduling/compile/env.ts';
import type { Env } from '../../functions/promotion-scheduling/env.ts';
import { CategoryChanged } from '../../shared/contracts/catalog/category-events.ts';
import * as previewRoutes from '../../shared/contracts/promotions/preview-routes.ts';
import * as codeRoutes from '../../shared/contracts/promotions/code-routes.ts';
import * as routes from '../../shared/contracts/promotions/routes.ts';
import * as usageRoutes from '../../shared/contracts/promotions/usage-routes.ts';
import { all } from '../constructs/access.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { catalog } from '../data/catalog.ts';
import { cursorSecret } from '../data/cursors.ts';
import { reports } from '../data/finance/reports.ts';
import { codes, promotions } from '../data/promotions.ts';
import { storeSettings } from '../data/settings.ts';
import { stock } from '../data/stock.ts';
import { settings } from '../settings.ts';
import { addAnalyses } from './promotion-scheduling/analyses.ts';
import { addAnnouncements } from './promotion-scheduling/announcements.ts';
import { addClaimChecks } from './promotion-scheduling/claim-checks.ts';
import { addCodes } from './promotion-scheduling/codes.ts';

/** Promotions over HTTP, the compiled set by which orders are priced, and events of their starts and ends. */
export class PromotionSchedulingStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'promotion-scheduling', shared);
    this.routes<Env>({
      routes: [routes, previewRoutes, usageRoutes, codeRoutes],
      handler: 'promotion-scheduling/api.handler.ts',
      uses: all(
        all(promotions.editor, promotions.claimCheckRequester, codes.requester, reports.promotionReader),
        all(catalog.lister, catalog.historian, promotions.historian),
        all(storeSettings.reader, stock.reader, cursorSecret.reader),
        all(settings.channels, settings.selling, settings.priceGuard),
      ),
      errorImpact: 'Marketing cannot read, change, pause or switch off promotions. Orders get those in force.',
    });
    const compiling = all(catalog.reader, settings.timeZone, settings.priceGuard);
    this.onEvents<CompileEnv>(CategoryChanged, {
      handler: 'promotion-scheduling/compile/category-changed.handler.ts',
      uses: all(promotions.compiler, compiling),
      errorImpact: 'Promotions of a category that was moved, or whose margin changed, apply to its goods as before.',
    });
    this.daily<CompileEnv>('02:15', {
      handler: 'promotion-scheduling/repair-promotions.handler.ts',
      uses: all(promotions.repairer, compiling),
      errorImpact: 'Promotions that ended long ago are still read with orders.',
      timeout: Duration.minutes(10),
    });
    addAnnouncements(this);
    addClaimChecks(this);
    addCodes(this);
    addAnalyses(this);
  }
}
