import type { App } from 'aws-cdk-lib';
import type { Env } from '../../../functions/api-root/env.ts';
import * as routes from '../../../shared/contracts/api-root/routes.ts';
import { type Access, all, variables } from '../../constructs/access.ts';
import { importFromData } from '../../constructs/exports.ts';
import { type SharedStacks, WorkflowStack } from '../../constructs/workflow-stack.ts';
import { tables } from '../../stacks/definitions.ts';

/** Health, the description of the interface, and the response to unknown paths. */
export class ApiRootStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'api-root', shared);
    const api = this.routes<Env>({
      routes: [routes],
      handler: 'api-root/api.handler.ts',
      uses: all(healthReader, variables({ TOKEN_URL: importFromData('TokenEndpoint') })),
      errorImpact: 'Staff and integrators cannot see whether the store is up, nor read the documentation of its API.',
    });
    api.add({ key: '$default' });
  }
}

/** The store is healthy when every table responds. */
const healthReader = {
  ...variables({ TABLE_NAMES: tables.map(({ name }) => name).join(',') }),
  grant: (handler) => tables.forEach((table) => table.access('GetItem').grant?.(handler)),
} satisfies Access<'TABLE_NAMES'>;
