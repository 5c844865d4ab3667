import * as routes from '../../shared/contracts/stock/routes.ts';
import { getStockRepair, postStockRepair } from '../../shared/contracts/stock/repair-routes.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandler, on } from '../../shared/lambda/http-handler.ts';
import { putAlertLevels } from './alerts/alert-levels-api.ts';
import { createAlertStore } from './alerts/alert-store.ts';
import { Env } from './env.ts';
import { getLots } from './lots/lots-api.ts';
import { getMovements, getStock, postMovements } from './movements/movements-api.ts';
import { getRepair, requestRepair } from './repair/repair-api.ts';
import { createRepairStore } from './repair/repair-store.ts';
import { createStockStore } from './stock/store.ts';

const env = Env.parse(process.env);
const database = openDatabase();
const store = createStockStore(database, env);
const alerts = createAlertStore(database, env);
const repairs = createRepairStore(database, env);

export const handler = httpHandler(
  on(routes.postMovements, postMovements(store)),
  on(routes.getStock, getStock(store)),
  on(routes.getMovements, getMovements(store)),
  on(routes.putAlertLevels, putAlertLevels(store, alerts)),
  on(routes.getLots, getLots(store, env)),
  on(postStockRepair, requestRepair(repairs)),
  on(getStockRepair, getRepair(repairs)),
);
