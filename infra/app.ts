import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack, Validations } from 'aws-cdk-lib';
import { CLI_VERSION_ENV } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks } from 'cdk-nag';
import cdk from '../cdk.json' with { type: 'json' };
import { bundleHandlers } from './bundle.ts';
import { bundlesContext } from './constructs/workflow-function.ts';
import { ApiStack } from './stacks/api-stack.ts';
import { DataStack } from './stacks/data-stack.ts';
import { refuseDeployment } from './local-assembly.ts';
import { store } from './store.ts';

/** One line per workflow. */
const workflows = [
  (await import('./workflows/system/api-root.ts')).ApiRootStack,
  (await import('./workflows/catalog.ts')).CatalogStack,
  (await import('./workflows/store-settings.ts')).StoreSettingsStack,
  (await import('./workflows/promotion-scheduling.ts')).PromotionSchedulingStack,
  (await import('./workflows/quotes.ts')).QuotesStack,
  (await import('./workflows/stock-update.ts')).StockUpdateStack,
  (await import('./workflows/stock-audit.ts')).StockAuditStack,
  (await import('./workflows/order-intake.ts')).OrderIntakeStack,
  (await import('./workflows/refund-approval.ts')).RefundApprovalStack,
  (await import('./workflows/channel-webhooks.ts')).ChannelWebhooksStack,
  (await import('./workflows/system/event-relay.ts')).EventRelayStack,
  (await import('./workflows/system/event-journal.ts')).EventJournalStack,
  (await import('./workflows/nightly-metrics.ts')).NightlyMetricsStack,
  (await import('./workflows/insights.ts')).InsightsStack,
  (await import('./workflows/ledger.ts')).LedgerStack,
  (await import('./workflows/audit-trail.ts')).AuditTrailStack,
  // The last one: its dashboards and its application name what is in the other stacks.
  (await import('./workflows/system/admin-console.ts')).AdminConsoleStack,
];

/** Adds all stacks to an app whose context names the bundles. */
export function addStacks(app: App): Stack[] {
  const data = new DataStack(app, store);
  const api = new ApiStack(app, store);
  api.addStackDependency(data);
  return [data, api, ...workflows.map((Workflow) => new Workflow(app, { data, api }))];
}

/**
 * Synthesises the app. Under the CDK's command it bundles for Lambda, unless the context `local` is `true`; otherwise
 * for this machine, and CloudFormation refuses to deploy the result.
 */
async function synthesise(): Promise<void> {
  const isCommand = CLI_VERSION_ENV in process.env;
  const app = new App({
    // `node infra/app.ts` reads no cdk.json. It saves the start-up time of the CDK's command.
    context: cdk.context,
    analyticsReporting: false,
    treeMetadata: false,
    // The validation against CloudFormation's schemas takes 3 s: `npm run synth` runs it.
    builtinCloudFormationValidation: isCommand,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const isForLambda = isCommand && app.node.tryGetContext('local') !== 'true';
  // Only until the assets are staged: the assembly has its own copies.
  const bundles = mkdtempSync(join(tmpdir(), 'storeworks-bundles-'));
  try {
    await bundleHandlers(bundles, { isForLambda });
    app.node.setContext(bundlesContext, bundles);
    const stacks = addStacks(app);
    if (!isForLambda) stacks.forEach(refuseDeployment);
    app.synth();
  } finally {
    rmSync(bundles, { recursive: true });
  }
}

if (import.meta.main) await synthesise();
