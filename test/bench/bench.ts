import { basket } from './lanes/basket.ts';
import { catalog } from './lanes/catalog.ts';
import { find } from './lanes/find.ts';
import { forecast } from './lanes/forecast.ts';
import { flashSale } from './lanes/flash-sale.ts';
import { hostileChannels } from './lanes/hostile-channels.ts';
import { hotSku } from './lanes/hot-sku.ts';
import { insights } from './lanes/insights.ts';
import { ledger } from './lanes/finance/ledger.ts';
import { metrics } from './lanes/finance/metrics.ts';
import { placing, placingAlone } from './lanes/placing.ts';
import { price } from './lanes/price.ts';
import { promotions } from './lanes/promotions.ts';
import { promotionOrders, promotionQuotes } from './lanes/promotion-speed.ts';
import { quotes } from './lanes/quotes.ts';
import { rehearsal } from './lanes/rehearsal.ts';
import { start } from './lanes/start.ts';

const lanes = new Map<string, () => Promise<void>>([
  ['placing', placing],
  ['placing-alone', placingAlone],
  ['flash-sale', flashSale],
  ['basket', basket],
  ['hot-sku', hotSku],
  ['hostile-channels', hostileChannels],
  ['catalog', catalog],
  ['find', find],
  ['forecast', forecast],
  ['price', price],
  ['quotes', quotes],
  ['insights', insights],
  ['ledger', ledger],
  ['metrics', metrics],
  ['promotions', promotions],
  ['promotion-quotes', promotionQuotes],
  ['promotion-orders', promotionOrders],
  ['rehearsal', rehearsal],
  ['start', start],
]);

const [, , name = 'placing'] = process.argv;
const lane = lanes.get(name);
if (lane) await lane();
else {
  console.error(`There is no lane ${name}. Lanes: ${[...lanes.keys()].join(', ')}`);
  process.exitCode = 1;
}
