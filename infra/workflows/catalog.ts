import { Construct } from 'constructs';
import type { Env } from '../../functions/catalog/env.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import { WorkflowFunction } from '../constructs/workflow-function.ts';
import type { DataStack } from '../stacks/data.ts';

/** SKUs over HTTP. */
export function addCatalog(scope: Construct, { api, data }: { api: HttpApi; data: DataStack }): void {
  const workflow = new Construct(scope, 'Catalog');
  const handler = new WorkflowFunction(workflow, 'Api', {
    entry: 'catalog/api.handler.ts',
    environment: { CATALOG_TABLE_NAME: data.catalogTable.name } satisfies Env,
    failureMeans: 'Marketing cannot read or change SKUs.',
  });
  data.catalogTable.grant(handler, 'dynamodb:GetItem', 'dynamodb:PutItem');
  api.serve('catalog', handler);
}
