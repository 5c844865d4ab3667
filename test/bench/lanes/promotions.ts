import { percentile } from '../numbers.ts';
import { evaluatePromotions } from '../../../shared/pricing/promotions/evaluate-promotions.ts';
import type {
  Cart,
  CartLine,
  CompiledPromotion,
  PromotionPolicy,
  PromotionSet,
} from '../../../shared/pricing/promotions/types.ts';

const runs = 1000;
const warmUp = 500;
const policy: PromotionPolicy = {
  resolution: 'best-deal',
  codePolicy: 'lenient',
  timeZone: 'Europe/London',
  foldsEmailTags: false,
};

/** The evaluation of promotions alone: 50 lines and 200 promotions in force, with and without alternatives. */
export function promotions(): Promise<void> {
  const lines = linesOf(50);
  const inForce = promotionsOf(200);
  const exclusive = promotionsOf(16).map((each, index) => asExclusive(each, index));
  console.log('Evaluation of 50 lines, ms                     p50     p99     CPU');
  report('200 promotions in force', cartOf(lines), setOf(inForce));
  report('184 with 16 exclusive alternatives', cartOf(lines), setOf([...inForce.slice(16), ...exclusive]));
  report('none', cartOf(lines), setOf([]));
  const [single, multiple] = [1, 200].map((quantity) =>
    report(`30 lines of ${quantity} unit(s), 200 promotions`, cartOf(linesOf(30, quantity)), setOf(inForce)),
  );
  console.log(`200 units over one, ratio of CPU: ${((multiple ?? 0) / (single ?? 1)).toFixed(2)}`);
  return Promise.resolve();
}

/**
 * Prints the times of evaluation, each at another instant and with another cart, and returns the mean CPU time, which other
 * work of the machine changes less.
 */
function report(name: string, cart: Cart, set: PromotionSet): number {
  const times: number[] = [];
  let cpu = process.cpuUsage();
  for (let run = 0; run < warmUp + runs; run += 1) {
    const each = { ...cart, lines: cart.lines.map((line) => ({ ...line })), at: cart.at + run };
    if (run === warmUp) cpu = process.cpuUsage();
    const start = performance.now();
    evaluatePromotions(each, set, policy);
    if (run >= warmUp) times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(cpu);
  const meanCpu = (user + system) / 1000 / runs;
  const columns = [percentile(times, 0.5), percentile(times, 0.99), meanCpu];
  console.log(name.padEnd(42), ...columns.map((value) => value.toFixed(3).padStart(7)));
  return meanCpu;
}

const categories = 20;
const asExclusive = (promotion: CompiledPromotion, index: number): CompiledPromotion => ({
  ...promotion,
  promotionId: `exclusive-${index}`,
  exclusive: 'order',
  eligible: { all: true },
});

const linesOf = (count: number, quantity?: number): CartLine[] =>
  Array.from({ length: count }, (_line, index) => ({
    sku: `SKU-${index}`,
    quantity: quantity ?? (index % 5) + 1,
    unitPriceMinor: 500 + index * 37,
    productId: `product-${Math.floor(index / 3)}`,
    categoryId: `category-${index % categories}`,
    attributes: { colour: [index % 2 === 0 ? 'red' : 'blue'] },
  }));

const cartOf = (lines: readonly CartLine[]): Cart => ({
  currency: 'GBP',
  channel: 'storefront',
  lines,
  gifts: new Map(),
  shipping: { method: 'standard', priceMinor: 495 },
  customer: { id: 'customer-1', email: 'ada@example.com', groups: ['members'] },
  couponCodes: ['CODE-7'],
  uniqueCodes: new Map(),
  remaining: new Map(),
  at: Date.UTC(2026, 5, 17, 12),
});

const setOf = (all: readonly CompiledPromotion[]): PromotionSet => ({
  version: 1,
  promotions: all,
  categoryPaths: Object.fromEntries(
    Array.from({ length: categories }, (_category, index) => [
      `category-${index}`,
      ['store', `department-${index % 4}`, `category-${index}`],
    ]),
  ),
});

/** Promotions in force: rates and amounts of lines and orders, sets, bundles and tiers, of SKUs, categories and all goods. */
function promotionsOf(count: number): CompiledPromotion[] {
  const rate = (index: number) => 100 + (index % 7) * 50;
  const discounts: ((index: number) => CompiledPromotion['discount'])[] = [
    (index) => ({ kind: 'percent', level: 'line', basisPoints: rate(index) }),
    (index) => ({ kind: 'amount', level: 'order', amountMinor: { GBP: rate(index) } }),
    () => {
      const of = { categories: ['department-1'] };
      return { kind: 'buy-get', level: 'line', buy: { units: 2, of }, get: { units: 1, of, basisPoints: 1000 } };
    },
    (index) => ({
      kind: 'bundle',
      level: 'line',
      bundle: { [`SKU-${index % 50}`]: 1, [`SKU-${(index + 1) % 50}`]: 1 },
      priceMinor: { GBP: 900 },
    }),
    (index) => ({ kind: 'percent', level: 'order', basisPoints: rate(index) }),
    () => ({
      kind: 'tiers',
      level: 'line',
      tierOn: 'units',
      tiers: [{ fromUnits: 3, kind: 'percent', basisPoints: 300 }],
    }),
  ];
  const scopes: ((index: number) => CompiledPromotion['eligible'])[] = [
    (index) => ({ skus: [`SKU-${index % 60}`, `SKU-${(index * 7) % 60}`] }),
    (index) => ({ categories: [`category-${index % categories}`] }),
    (index) => ({ categories: [`department-${index % 4}`], except: { skus: [`SKU-${index % 50}`] } }),
    () => ({ attributes: [{ name: 'colour', values: ['red'] }] }),
    () => ({ all: true }),
  ];
  return Array.from({ length: count }, (_promotion, index) => {
    const discount = discounts[index % discounts.length]?.(index) ?? {
      kind: 'percent' as const,
      level: 'line' as const,
      basisPoints: 100,
    };
    return {
      promotionId: `promotion-${index}`,
      version: 1,
      name: `Promotion ${index}`,
      discount,
      eligible: scopes[index % scopes.length]?.(index) ?? { all: true },
      condition: index % 3 === 0 ? { minSubtotalMinor: { GBP: 1000 + index * 100 } } : undefined,
      schedule: index % 2 === 0 ? { rrule: 'FREQ=WEEKLY;BYDAY=WE' } : { start: '2026-01-01T00:00' },
      priority: index % 10,
      limits: index % 5 === 0 ? { total: 1000 } : undefined,
      codes: index % 20 === 7 ? [`CODE${index}`] : undefined,
      shards: 1,
    };
  });
}
