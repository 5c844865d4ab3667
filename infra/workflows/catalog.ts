import { type App, Duration } from 'aws-cdk-lib';
import type { Env, IndexEnv } from '../../functions/catalog/env.ts';
import * as categoryRoutes from '../../shared/contracts/catalog/category-routes.ts';
import * as productRoutes from '../../shared/contracts/catalog/product-routes.ts';
import * as fileRoutes from '../../shared/contracts/catalog/file-routes.ts';
import * as priceChangeRoutes from '../../shared/contracts/catalog/price-change-routes.ts';
import * as priceListRoutes from '../../shared/contracts/catalog/price-list-routes.ts';
import * as priceRoutes from '../../shared/contracts/catalog/price-routes.ts';
import * as routes from '../../shared/contracts/catalog/routes.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { all } from '../constructs/access.ts';
import { catalog, catalogFileSender } from '../data/catalog.ts';
import { cursorSecret } from '../data/cursors.ts';
import { promotions } from '../data/promotions.ts';
import { storeSettings } from '../data/settings.ts';
import { settings } from '../settings.ts';
import { addFiles } from './catalog/files.ts';
import { addAnnouncements } from './catalog/announcements.ts';

/** SKUs, products, prices and categories over HTTP. */
export class CatalogStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'catalog', shared);
    this.routes<Env>({
      routes: [routes, productRoutes, categoryRoutes, priceListRoutes, priceRoutes, priceChangeRoutes, fileRoutes],
      handler: 'catalog/api.handler.ts',
      uses: all(
        all(catalog.editor, catalog.lister, catalog.historian, catalogFileSender),
        all(promotions.historian, cursorSecret.reader, storeSettings.reader),
        all(settings.timeZone, settings.taxCategories, settings.channels, settings.priceGuard, settings.exportsAtOnce),
      ),
      errorImpact: 'Marketing cannot read or change SKUs, products, prices and categories.',
    });
    addFiles(this);
    this.onConsole<IndexEnv>({
      handler: 'catalog/index-skus.handler.ts',
      uses: catalog.indexer,
      errorImpact: 'SKUs that were last changed before 2026-11-30 are missing in the list of SKUs.',
      timeout: Duration.minutes(10),
    });
    addAnnouncements(this);
  }
}
