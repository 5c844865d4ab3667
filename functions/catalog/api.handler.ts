import { createCursors } from '../../shared/dynamodb/cursor.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import * as categoryRoutes from '../../shared/contracts/catalog/category-routes.ts';
import * as productRoutes from '../../shared/contracts/catalog/product-routes.ts';
import * as fileRoutes from '../../shared/contracts/catalog/file-routes.ts';
import * as priceListRoutes from '../../shared/contracts/catalog/price-list-routes.ts';
import * as priceRoutes from '../../shared/contracts/catalog/price-routes.ts';
import * as priceChangeRoutes from '../../shared/contracts/catalog/price-change-routes.ts';
import * as routes from '../../shared/contracts/catalog/routes.ts';
import { httpHandlerForChannels, on } from '../../shared/lambda/http-handler.ts';
import { publicPromotionsOfSku } from '../../shared/promotions/public-promotions-store.ts';
import { secretReader } from '../../shared/secret-store.ts';
import {
  currentPromotionSettings,
  currentTaxCategories,
  withCurrent,
} from '../../shared/settings/current-settings-store.ts';
import { priceChangeApi, requestApproval } from './approvals/price-change-api.ts';
import { createPriceChangeStore } from './approvals/price-change-store.ts';
import { getCategory, listCategories, putCategory, saveCategory } from './categories/category-api.ts';
import { createCategoryStore } from './categories/category-store.ts';
import { Env } from './env.ts';
import { createCatalogExportStore } from './files/export-store.ts';
import { getCatalogExport, getCatalogImport, postCatalogExport, postCatalogImport } from './files/file-api.ts';
import { createCatalogFiles } from './files/files-client.ts';
import { getProduct, putProduct, saveProduct } from './products/product-api.ts';
import { listProducts } from './products/product-list-api.ts';
import { createProductStore } from './products/product-store.ts';
import { getPriceList, listPriceLists, putPriceList } from './price-lists/price-list-api.ts';
import { createPriceListStore } from './price-lists/price-list-store.ts';
import { getPricesAt, listPriceHistory } from './prices/history-api.ts';
import { createPriceHistoryStore } from '../../shared/catalog/price-history-store.ts';
import { priceChangeTargets } from './price-change-targets.ts';
import { deleteSkuPrices, getSkuPrices, putSkuPrices, savePrices } from './prices/sku-prices-api.ts';
import { getSku, putSku, saveSku } from './skus/sku-api.ts';
import { listSkus } from './skus/sku-list-api.ts';
import { createSkuListStore } from './skus/sku-list-store.ts';
import { createCatalogStore } from './skus/sku-store.ts';

const env = Env.parse(process.env);
const db = openDatabase();
const store = createCatalogStore(db, env);
const categories = createCategoryStore(db, env);
const products = createProductStore(db, env);
const priceLists = createPriceListStore(db, env);
const history = createPriceHistoryStore(db, env);
const setPrices = savePrices(store, env.PRICE_GUARD);
const taxCategories = currentTaxCategories(db, env, env.TAX_CATEGORIES);
const changes = createPriceChangeStore(db, env);
const askSecondPerson = requestApproval(changes, env.PRICE_GUARD);
const files = createCatalogFiles(env.CATALOG_FILES_BUCKET_NAME);
const exports = createCatalogExportStore(db, env);
const cursors = createCursors(secretReader(env.CURSOR_SECRET_ARN));
const offeredPromotions = publicPromotionsOfSku(db, env, currentPromotionSettings(db, env), env.TIME_ZONE);
const guardWith = (known: readonly string[]) => ({ taxCategories: known, priceGuard: env.PRICE_GUARD });
const priceChangesWith = (known: readonly string[]) =>
  priceChangeApi(changes, priceChangeTargets(store, guardWith(known)), cursors);

export const handler = httpHandlerForChannels(
  env.CHANNELS,
  on(
    routes.putSku,
    withCurrent(taxCategories, (known) => putSku(saveSku(store, guardWith(known)), askSecondPerson)),
  ),
  on(routes.getSku, getSku(store, env.CHANNELS)),
  on(
    routes.listSkus,
    listSkus(createSkuListStore(db, env), (keys) => products.products(keys), cursors, env.TIME_ZONE, env.CHANNELS),
  ),
  on(productRoutes.putProduct, putProduct(saveProduct(products, env.TIME_ZONE), env.CHANNELS)),
  on(productRoutes.getProduct, getProduct(products, env.CHANNELS)),
  on(productRoutes.listProducts, listProducts(products, cursors, env.TIME_ZONE, env.CHANNELS)),
  on(priceListRoutes.putPriceList, putPriceList(priceLists, env.CHANNELS)),
  on(priceListRoutes.getPriceList, getPriceList(priceLists, env.CHANNELS)),
  on(priceListRoutes.listPriceLists, listPriceLists(priceLists, cursors, env.TIME_ZONE, env.CHANNELS)),
  on(priceRoutes.putSkuPrices, putSkuPrices(setPrices, askSecondPerson)),
  on(priceRoutes.getSkuPrices, getSkuPrices(store, env.PRICE_GUARD, env.CHANNELS)),
  on(priceRoutes.deleteSkuPrices, deleteSkuPrices(setPrices)),
  on(priceRoutes.getPricesAt, getPricesAt(store, history, env.CHANNELS)),
  on(
    priceRoutes.listPriceHistory,
    listPriceHistory(store, history, cursors, {
      channels: env.CHANNELS,
      timeZone: env.TIME_ZONE,
      promotions: offeredPromotions,
    }),
  ),
  on(
    priceChangeRoutes.listPriceChanges,
    withCurrent(taxCategories, (known) => priceChangesWith(known).list),
  ),
  on(
    priceChangeRoutes.getPriceChange,
    withCurrent(taxCategories, (known) => priceChangesWith(known).get),
  ),
  on(
    priceChangeRoutes.decidePriceChange,
    withCurrent(taxCategories, (known) => priceChangesWith(known).decide),
  ),
  on(fileRoutes.postCatalogImport, postCatalogImport(files)),
  on(fileRoutes.getCatalogImport, getCatalogImport(files)),
  on(fileRoutes.postCatalogExport, postCatalogExport(exports, env.EXPORTS_AT_ONCE)),
  on(fileRoutes.getCatalogExport, getCatalogExport(exports)),
  on(categoryRoutes.putCategory, putCategory(saveCategory(categories))),
  on(categoryRoutes.getCategory, getCategory(categories)),
  on(categoryRoutes.listCategories, listCategories(categories, cursors, env.TIME_ZONE)),
);
