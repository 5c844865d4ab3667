import * as alertRoutes from '../../shared/contracts/stock/alert-routes.ts';
import * as levelRoutes from '../../shared/contracts/stock/level-routes.ts';
import { listUnfillableOrders } from '../../shared/contracts/stock/shortage-routes.ts';
import * as routes from '../../shared/contracts/stock/routes.ts';
import { getStockRepair, postStockRepair } from '../../shared/contracts/stock/repair-routes.ts';
import { createCursors } from '../../shared/dynamodb/cursor.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandlerForChannels, on } from '../../shared/lambda/http-handler.ts';
import { secretReader } from '../../shared/secret-store.ts';
import { currentReasons, currentWarehouses, withCurrent } from '../../shared/settings/current-settings-store.ts';
import { createStockListStore } from '../../shared/stock/stock-list-store.ts';
import { putAlertLevels } from './alerts/alert-levels-api.ts';
import { createAlertStore } from './alerts/alert-store.ts';
import { acknowledgeAlert, listAlerts } from './alerts/alerts-api.ts';
import { createRaisedAlertStore } from './alerts/raised-alert-store.ts';
import { Env } from './env.ts';
import { listStock } from './levels/levels-api.ts';
import { getLots } from './lots/lots-api.ts';
import { getMovements, getStock, postMovements } from './movements/movements-api.ts';
import { getRepair, requestRepair } from './repair/repair-api.ts';
import { createRepairStore } from './repair/repair-store.ts';
import { unfillableOrders } from './shortages/shortages-api.ts';
import { createShortageStore } from './shortages/shortage-store.ts';
import { movementSettingsOf } from './stock/movement-settings-store.ts';
import { createStockStore } from './stock/store.ts';
import { listWarehouses } from './warehouses/warehouses-api.ts';

const env = Env.parse(process.env);
const database = openDatabase();
const store = createStockStore(database, env);
const cursors = createCursors(secretReader(env.CURSOR_SECRET_ARN));
const alerts = createAlertStore(database, env);
const raisedAlerts = createRaisedAlertStore(database, env);
const levels = createStockListStore(database, env);
const repairs = createRepairStore(database, env);
const warehouses = currentWarehouses(database, env, env.WAREHOUSES);
const codes = async () => (await warehouses()).map(({ warehouse }) => warehouse);
const movementSettings = movementSettingsOf(codes, currentReasons(database, env, 'movement'));

export const handler = httpHandlerForChannels(
  env.CHANNELS,
  on(
    routes.postMovements,
    withCurrent(movementSettings, (settings) => postMovements(store, settings)),
  ),
  on(routes.getStock, getStock(store)),
  on(
    routes.getMovements,
    withCurrent(codes, (known) => getMovements({ store, cursors }, env.TIME_ZONE, known)),
  ),
  on(routes.putAlertLevels, putAlertLevels(store, alerts)),
  on(
    levelRoutes.listStock,
    withCurrent(codes, (known) => listStock({ levels, stock: store, cursors }, env, known)),
  ),
  on(levelRoutes.listWarehouses, withCurrent(warehouses, listWarehouses)),
  on(
    listUnfillableOrders,
    unfillableOrders({ stock: store, orders: createShortageStore(database, env), cursors }, env.CHANNELS),
  ),
  on(alertRoutes.listAlerts, listAlerts(raisedAlerts, cursors)),
  on(alertRoutes.acknowledgeAlert, acknowledgeAlert(raisedAlerts)),
  on(routes.getLots, getLots(store, env)),
  on(postStockRepair, requestRepair(repairs)),
  on(getStockRepair, getRepair(repairs)),
);
