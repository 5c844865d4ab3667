import { Construct } from 'constructs';
import type { Env } from '../../functions/api-root/env.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import { StateTable } from '../constructs/state-table.ts';
import { WorkflowFunction } from '../constructs/workflow-function.ts';
import type { DataStack } from '../stacks/data.ts';

/** Health, the description of the interface, and the answer to what no route matches. */
export function addApiRoot(scope: Construct, { api, data }: { api: HttpApi; data: DataStack }): void {
  const workflow = new Construct(scope, 'ApiRoot');
  // Whatever tables there are: one that does not answer is a store that is not well.
  const tables = Object.values(data).filter((each) => each instanceof StateTable);
  const handler = new WorkflowFunction(workflow, 'Api', {
    entry: 'api-root/api.handler.ts',
    environment: {
      TABLE_NAMES: tables.map((table) => table.name).join(','),
      TOKEN_URL: data.identities.tokenEndpoint,
    } satisfies Env,
    failureMeans: 'Nobody can see whether the store is up, nor read how to call it.',
  });
  for (const table of tables) table.grant(handler, 'dynamodb:GetItem');
  api.serve('api-root', handler);
  api.serveTheRest(handler);
}
