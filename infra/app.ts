import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { CLI_VERSION_ENV } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks } from 'cdk-nag';
import settings from '../cdk.json' with { type: 'json' };
import { bundleHandlers } from './bundle.ts';
import { bundlesContext } from './constructs/workflow-function.ts';
import { deploymentContext } from './deployment-binding.ts';
import { DataStack } from './stacks/data.ts';
import { OperationsStack } from './stacks/operations.ts';
import { RefundsStack } from './stacks/refunds.ts';

// The settings are read here too, so that `node infra/app.ts` with CDK_OUTDIR synthesises what the CDK's command does
// without its start-up time. Only the command checks against CloudFormation's own schemas: that takes another 3 s.
const app = new App({
  context: settings.context,
  analyticsReporting: false,
  treeMetadata: false,
  builtinCloudFormationValidation: CLI_VERSION_ENV in process.env,
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

// Only until the assets are staged: the assembly holds its own copies.
const bundles = mkdtempSync(join(tmpdir(), 'storeworks-bundles-'));
try {
  await bundleHandlers(bundles, { forDeployment: app.node.tryGetContext(deploymentContext) === 'true' });
  app.node.setContext(bundlesContext, bundles);
  const data = new DataStack(app, 'Data', { stackName: 'Storeworks-Data', terminationProtection: true });
  const protectedStack = (name: string) => ({ stackName: `Storeworks-${name}`, terminationProtection: true, data });
  const operations = new OperationsStack(app, 'Operations', protectedStack('Operations'));
  const refunds = new RefundsStack(app, 'Refunds', { ...protectedStack('Refunds'), api: operations.api });
  for (const stack of [operations, refunds]) stack.addStackDependency(data);
  app.synth();
} finally {
  rmSync(bundles, { recursive: true });
}
