import { createCursors } from '../../shared/dynamodb/cursor.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import * as categoryRoutes from '../../shared/contracts/catalog/category-routes.ts';
import * as productRoutes from '../../shared/contracts/catalog/product-routes.ts';
import * as routes from '../../shared/contracts/catalog/routes.ts';
import { httpHandlerForChannels, on } from '../../shared/lambda/http-handler.ts';
import { secretReader } from '../../shared/secret-store.ts';
import { getCategory, listCategories, putCategory, saveCategory } from './categories/category-api.ts';
import { createCategoryStore } from './categories/category-store.ts';
import { Env } from './env.ts';
import { getProduct, putProduct, saveProduct } from './products/product-api.ts';
import { listProducts } from './products/product-list-api.ts';
import { createProductStore } from './products/product-store.ts';
import { getSku, putSku } from './skus/sku-api.ts';
import { listSkus } from './skus/sku-list-api.ts';
import { createSkuListStore } from './skus/sku-list-store.ts';
import { createCatalogStore } from './skus/sku-store.ts';

const env = Env.parse(process.env);
const db = openDatabase();
const store = createCatalogStore(db, env);
const categories = createCategoryStore(db, env);
const products = createProductStore(db, env);
const cursors = createCursors(secretReader(env.CURSOR_SECRET_ARN));

export const handler = httpHandlerForChannels(
  env.CHANNELS,
  on(routes.putSku, putSku(store, env.TAX_CATEGORIES)),
  on(routes.getSku, getSku(store, env.CHANNELS)),
  on(routes.listSkus, listSkus(createSkuListStore(db, env), cursors, env.TIME_ZONE, env.CHANNELS)),
  on(productRoutes.putProduct, putProduct(saveProduct(products, env.TIME_ZONE), env.CHANNELS)),
  on(productRoutes.getProduct, getProduct(products, env.CHANNELS)),
  on(productRoutes.listProducts, listProducts(products, cursors, env.TIME_ZONE, env.CHANNELS)),
  on(categoryRoutes.putCategory, putCategory(saveCategory(categories))),
  on(categoryRoutes.getCategory, getCategory(categories)),
  on(categoryRoutes.listCategories, listCategories(categories, cursors, env.TIME_ZONE)),
);
