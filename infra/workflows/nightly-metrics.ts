import type { App } from 'aws-cdk-lib';
import type { FiguresEnv } from '../../functions/nightly-metrics/figures/env.ts';
import type { ApiEnv } from '../../functions/nightly-metrics/downloads/env.ts';
import type { VisitsEnv } from '../../functions/nightly-metrics/visits/env.ts';
import * as figureRoutes from '../../shared/contracts/reports/figure-routes.ts';
import * as bundles from '../../shared/contracts/reports/bundle-routes.ts';
import * as downloads from '../../shared/contracts/reports/download-routes.ts';
import * as routes from '../../shared/contracts/reports/routes.ts';
import * as visitRoutes from '../../shared/contracts/reports/visit-routes.ts';
import { all } from '../constructs/access.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { cursorSecret } from '../data/cursors.ts';
import { reportRuns, reports } from '../data/finance/reports.ts';
import { addReportReaders } from '../data/finance/report-readers.ts';
import { settings } from '../settings.ts';
import { addBundles } from './nightly-metrics/bundles.ts';
import { addQueries } from './nightly-metrics/queries.ts';
import { addRuns } from './nightly-metrics/runs.ts';
import { addTables } from './nightly-metrics/tables.ts';

/** Reports of a business day: every night, or requested over HTTP. */
export class NightlyMetricsStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'nightly-metrics', shared);
    this.routes<ApiEnv & VisitsEnv>({
      routes: [routes, downloads, bundles, visitRoutes],
      handler: 'nightly-metrics/api.handler.ts',
      uses: all(
        all(reportRuns.requester, reports.lister, reports.reader, reports.bundleReader),
        all(settings.timeZone, settings.channels, settings.reported),
      ),
      errorImpact: 'Finance cannot request or download reports, and channels cannot send their visits.',
    });
    this.routes<FiguresEnv>({
      routes: [figureRoutes],
      handler: 'nightly-metrics/figures.handler.ts',
      uses: all(reports.lister, reports.reader, cursorSecret.reader),
      errorImpact:
        'Finance cannot read measures over HTTP or open a figure; the files of the reports are not affected.',
      memorySize: 2048,
    });
    addRuns(this);
    addBundles(this);
    addTables(this);
    addQueries(this);
    addReportReaders(this);
  }
}
