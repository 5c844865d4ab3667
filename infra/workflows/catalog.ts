import type { App } from 'aws-cdk-lib';
import type { Env } from '../../functions/catalog/env.ts';
import * as routes from '../../shared/contracts/catalog/routes.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { catalog } from '../data/catalog.ts';

/** SKUs over HTTP. */
export class CatalogStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'catalog', shared);
    this.routes<Env>({
      routes: [routes],
      handler: 'catalog/api.handler.ts',
      uses: catalog.editor,
      errorImpact: 'Marketing cannot read or change SKUs.',
    });
  }
}
