import { basket } from './basket.ts';
import { find } from './find.ts';
import { flashSale } from './flash-sale.ts';
import { placing, placingAlone } from './placing.ts';
import { price } from './price.ts';

const lanes = new Map<string, () => Promise<void>>([
  ['placing', placing],
  ['placing-alone', placingAlone],
  ['flash-sale', flashSale],
  ['basket', basket],
  ['find', find],
  ['price', price],
]);

const [, , name = 'placing'] = process.argv;
const lane = lanes.get(name);
if (lane) await lane();
else {
  console.error(`There is no lane ${name}; there are ${[...lanes.keys()].join(', ')}`);
  process.exitCode = 1;
}
