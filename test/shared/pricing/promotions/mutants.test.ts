import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { priceBasket } from '../../../../shared/pricing/price-basket.ts';
import { inForce } from '../../../../shared/pricing/promotions/schedule/in-force.ts';
import { definitionOf } from '../../../support/promotions/case-definition.ts';
import { type CaseQuote, type PromotionCase, readCases } from '../../../support/promotions/case-file.ts';
import { comparable, outcomeOf, priceCase } from '../../../support/promotions/price-case.ts';

const root = join(import.meta.dirname, '../../../..');
const copy = mkdtempSync(join(tmpdir(), 'storeworks-pricing-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Defects made on purpose: in a file of `shared/pricing/promotions`, a text is replaced by another. */
const mutants: [name: string, file: string, from: string, to: string][] = [
  [
    'a discount is rounded down',
    'amounts.ts',
    'quotient(2 * product + denominator, 2 * denominator)',
    'quotient(2 * product, 2 * denominator)',
  ],
  [
    'a unit that is left goes to the smallest remainder',
    'amounts.ts',
    'remainders[index] = isExact ? product - part * whole',
    'remainders[index] = isExact ? part * whole - product',
  ],
  ['a threshold is reached above equality', 'candidates/gates.ts', 'if (missingMinor > 0)', 'if (missingMinor >= 0)'],
  ['a set needs no bought units', 'kinds/buy-get.ts', '(buy.units + get.units)),', 'get.units),'],
  [
    'the dearest units of a set are given',
    'kinds/buy-get.ts',
    'take(open.toSorted(cheapestFirst)',
    'take(open.toSorted(dearestFirst)',
  ],
  [
    'a floor is that of one unit',
    'combination/trims.ts',
    '(ledger.remaining[line] ?? 0) - floorMinor * quantity',
    '(ledger.remaining[line] ?? 0) - floorMinor',
  ],
  [
    'the last exclusive promotion wins',
    'combination/best-deal.ts',
    'if (total < best.total ||',
    'if (total <= best.total ||',
  ],
  [
    'a promotion without a discount stops others',
    'combination/run.ts',
    "if (proposal && 'reason' in proposal) return proposal;",
    "if (prepared.promotion.stop) ledger.isStopped = true;\n  if (proposal && 'reason' in proposal) return proposal;",
  ],
  [
    'an exclusive promotion does not lock its lines',
    'combination/ledger.ts',
    'ledger.hasLocks = true;',
    'ledger.hasLocks = false;',
  ],
  ['a gift ignores the ordered units', 'kinds/gift.ts', '[...cart.lines, ...ledger.gifts]', '[...ledger.gifts]'],
  ['the end is inclusive', 'schedule/in-force.ts', 'if (at >= end)', 'if (at > end)'],
];

const cases = ['promotion-cases.json', 'own-promotion-cases.json'].flatMap((file) => readCases(`test/data/${file}`));

type Pricing = { priceBasket: typeof priceBasket; inForce: typeof inForce };

/** Id of the first case that a calculation of prices does not fulfil. */
const difference = (pricing: Pricing): string | undefined => cases.find((each) => !fulfils(each, pricing))?.id;

const fulfils = ({ quotes, instants, ...given }: PromotionCase, pricing: Pricing): boolean =>
  quotes.every((quote) => isExpected({ quotes, instants, ...given }, quote, pricing)) &&
  instants.every(({ promotion, at, active }) => {
    const { schedule } = definitionOf(given.promotions.find(({ id }) => id === promotion) ?? { id: promotion });
    return (pricing.inForce(schedule, given.store.timeZone, Date.parse(at)).state === 'in-force') === active;
  });

function isExpected(given: PromotionCase, { cart, expect: expected }: CaseQuote, pricing: Pricing): boolean {
  const priced = priceCase(given, cart, pricing.priceBasket);
  if ('refusal' in priced) return false;
  if ('refusal' in expected) return isDeepStrictEqual([priced.promotions.missingGift], expected.refusal.lines);
  const { validation: _warnings, ...amounts } = expected;
  return isDeepStrictEqual(comparable(outcomeOf(priced, cart), expected), amounts);
}

/** The calculation of prices with one text replaced. Other folders are those of this checkout. */
async function mutated(name: string, file: string, from: string, to: string): Promise<Pricing> {
  const shared = join(copy, name.replaceAll(' ', '-'), 'shared');
  mkdirSync(shared, { recursive: true });
  for (const entry of readdirSync(join(root, 'shared'))) {
    if (entry !== 'pricing') symlinkSync(join(root, 'shared', entry), join(shared, entry));
  }
  symlinkSync(join(root, 'node_modules'), join(shared, '../node_modules'));
  cpSync(join(root, 'shared/pricing'), join(shared, 'pricing'), { recursive: true });
  const path = join(shared, 'pricing/promotions', file);
  const source = readFileSync(path, 'utf8');
  expect(source.split(from)).toHaveLength(2);
  writeFileSync(
    path,
    source.replace(from, () => to),
  );
  const load = (module: string): Promise<unknown> => import(pathToFileURL(join(shared, 'pricing', module)).href);
  return Object.assign({}, await load('price-basket.ts'), await load('promotions/schedule/in-force.ts')) as Pricing;
}

test('the worked cases are fulfilled', () => {
  expect(difference({ priceBasket, inForce })).toBeUndefined();
});

test.each(mutants)('the worked cases find that %s', async (name, file, from, to) => {
  expect(difference(await mutated(name, file, from, to))).toBeDefined();
});
