import { Duration, Size } from 'aws-cdk-lib';
import type { BundleEnv } from '../../../functions/nightly-metrics/downloads/env.ts';
import { ReportBundleRequested } from '../../../shared/contracts/reports/events.ts';
import { all } from '../../constructs/access.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { reportRuns, reports } from '../../data/finance/reports.ts';

/** The reports of a month or a year as one zip file. */
export function addBundles(workflow: WorkflowStack): void {
  workflow.onEvents<BundleEnv>(ReportBundleRequested, {
    handler: 'nightly-metrics/downloads/report-bundle.handler.ts',
    uses: all(reportRuns.runner, reports.lister, reports.reader, reports.bundleWriter),
    errorImpact: 'A month or a year of reports that finance requested as one file is not made.',
    // A year has thousands of files, which it reads one after another.
    timeout: Duration.minutes(15),
    ephemeralStorageSize: Size.gibibytes(4),
  });
}
