import * as routes from '../../shared/contracts/settings/routes.ts';
import { createCursors } from '../../shared/dynamodb/cursor.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandler, on } from '../../shared/lambda/http-handler.ts';
import { secretReader } from '../../shared/secret-store.ts';
import { createStockListStore } from '../../shared/stock/stock-list-store.ts';
import { defaultDocuments } from './defaults.ts';
import { documentApi } from './document-api.ts';
import { Env } from './env.ts';
import { createSettingsStore } from './store.ts';
import { versionApi } from './version-api.ts';
import { refuseUsedWarehouses } from './warehouse-removal.ts';
import { warehouseUses } from './warehouse-stock-store.ts';

const env = Env.parse(process.env);
const db = openDatabase();
const store = createSettingsStore(db, env);
const defaults = defaultDocuments({ selling: env.SELLING, warehouses: env.WAREHOUSES, calendar: env.CALENDAR });
const documents = documentApi(store, defaults, {
  warehouses: refuseUsedWarehouses(warehouseUses(createStockListStore(db, env))),
});
const versions = versionApi(store, createCursors(secretReader(env.CURSOR_SECRET_ARN)));

export const handler = httpHandler(
  on(routes.getTaxZones, documents.read('tax-zones')),
  on(routes.putTaxZones, documents.write('tax-zones')),
  on(routes.getShippingMethods, documents.read('shipping-methods')),
  on(routes.putShippingMethods, documents.write('shipping-methods')),
  on(routes.getWarehouseSettings, documents.read('warehouses')),
  on(routes.putWarehouseSettings, documents.write('warehouses')),
  on(routes.getCalendars, documents.read('calendars')),
  on(routes.putCalendars, documents.write('calendars')),
  on(routes.getReasons, documents.read('reasons')),
  on(routes.putReasons, documents.write('reasons')),
  on(routes.getPromotionSettings, documents.read('promotions')),
  on(routes.putPromotionSettings, documents.write('promotions')),
  on(routes.listSettingVersions, versions.list),
  on(routes.getSettingVersion, versions.get),
);
