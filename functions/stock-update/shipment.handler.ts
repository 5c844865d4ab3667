import { openDatabase } from '../../shared/dynamodb/database.ts';
import { StockMoved } from '../../shared/contracts/stock/events.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { ShipmentEnv } from './env.ts';
import { createLotStore } from './lot-store.ts';
import { shipLots } from './ship-lots.ts';

const env = ShipmentEnv.parse(process.env);

export const handler = queueHandler(StockMoved, shipLots(createLotStore(openDatabase(), env), env.TIME_ZONE, Date.now));
