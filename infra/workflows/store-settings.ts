import type { App } from 'aws-cdk-lib';
import type { Env } from '../../functions/store-settings/env.ts';
import * as routes from '../../shared/contracts/settings/routes.ts';
import { all } from '../constructs/access.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { cursorSecret } from '../data/cursors.ts';
import { storeSettings } from '../data/settings.ts';
import { stock } from '../data/stock.ts';
import { settings } from '../settings.ts';

/** Settings that staff change over HTTP. */
export class StoreSettingsStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'store-settings', shared);
    this.routes<Env>({
      routes: [routes],
      handler: 'store-settings/api.handler.ts',
      uses: all(
        all(storeSettings.editor, cursorSecret.reader, stock.reader, stock.allSkus),
        all(settings.selling, settings.warehouses, settings.calendar),
      ),
      errorImpact:
        'Staff cannot read or change tax zones, shipping methods, warehouses, calendars, reasons and the rules of promotions.',
    });
  }
}
