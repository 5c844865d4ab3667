import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { all, variables } from '../../infra/constructs/access.ts';
import { bundlesContext, notBundled } from '../../infra/constructs/workflow-function.ts';
import { type SharedStacks, WorkflowStack } from '../../infra/constructs/workflow-stack.ts';
import { catalogTable } from '../../infra/data/catalog.ts';
import { stock } from '../../infra/data/stock.ts';

const catalog = catalogTable.access('GetItem', 'PutItem');

type Env = { CATALOG_TABLE_NAME: string; TIME_ZONE: string; OPTIONAL?: string };
const meaning = { handler: 'catalog/api.handler.ts', errorImpact: 'None.' } as const;

class ExampleStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'example', shared);
    this.onConsole<Env>({ ...meaning, uses: all(catalog, variables({ TIME_ZONE: 'Europe/London' })) });
  }

  mistakes(): void {
    // @ts-expect-error -- TIME_ZONE is missing
    this.onConsole<Env>({ ...meaning, uses: catalog });
    // @ts-expect-error -- CATALOG_TABLE_NAME is missing
    this.onConsole<Env>({ ...meaning, uses: all(stock.mover, variables({ TIME_ZONE: 'Europe/London' })) });
    // @ts-expect-error -- the environment is not stated
    this.onConsole({ ...meaning, uses: catalog });
  }
}

test('an access value sets the variable and grants exactly its actions', () => {
  const app = new App({ context: { [bundlesContext]: notBundled }, builtinCloudFormationValidation: false });
  const template = Template.fromStack(
    new ExampleStack(app, { data: new Stack(app, 'Data'), api: new Stack(app, 'Api') }),
  );
  const table = { 'Fn::ImportValue': 'Storeworks-Data-CatalogTableName' };
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { CATALOG_TABLE_NAME: table, TIME_ZONE: 'Europe/London' } },
  });
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  expect(policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement)).toContainEqual({
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    Resource: { 'Fn::ImportValue': 'Storeworks-Data-CatalogTableArn' },
  });
});
