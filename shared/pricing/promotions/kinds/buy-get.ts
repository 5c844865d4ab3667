import type { PromotionDefinition } from '../../../contracts/promotions/definition.ts';
import type { Facts } from '../candidates/facts.ts';
import { unitsAt } from '../candidates/gates.ts';

type BuyGet = Extract<PromotionDefinition['discount'], { kind: 'buy-get' }>;
/** Lines whose units count as bought, and lines whose units may be given. */
type Sides = { buy: readonly number[]; get: readonly number[] };

/** A line of one unit price and its units. `rank`: its place among equal prices. */
type Units = { line: number; price: number; units: number; rank: number; canBeBought: boolean };

/**
 * The units of each line that are given. Only whole sets count, and a unit is either bought or given. Units are never
 * listed one by one.
 */
export function givenUnits(
  { buy, get, maxTimes = Infinity, select }: BuyGet,
  { buy: bought, get: given }: Sides,
  { facts, quota, hasSameGoods }: { facts: Facts; quota: number; hasSameGoods: boolean },
): { sets: number; units: ReadonlyMap<number, number> } {
  const ofBought = new Set(bought);
  const both = given.filter((line) => ofBought.has(line));
  const all = [...bought, ...given.filter((line) => !ofBought.has(line))];
  const { lines } = facts.cart;
  const sets = Math.min(
    Math.floor(unitsAt(lines, bought) / buy.units),
    Math.floor(unitsAt(lines, given) / get.units),
    Math.floor(unitsAt(lines, all) / (buy.units + get.units)),
    maxTimes,
  );
  const paid = Math.min(sets, Math.floor(quota / get.units));
  const toUnits = (line: number): Units => ({
    line,
    price: lines[line]?.unitPriceMinor ?? 0,
    units: lines[line]?.quantity ?? 0,
    rank: facts.ranks[line] ?? 0,
    canBeBought: ofBought.has(line),
  });
  const wanted = paid * get.units;
  const isSame = both.length === all.length;
  if ((select ?? (hasSameGoods ? 'per-set' : 'cheapest')) === 'per-set' && (isSame || both.length === 0)) {
    if (isSame) return { sets, units: cheapestOfSets(all.map(toUnits), paid, buy.units, get.units) };
    // Of goods that differ, the sets have the units of the highest price.
    return { sets, units: take(given.map(toUnits).toSorted(dearestFirst), wanted, Infinity) };
  }
  const onlyBought = unitsAt(lines, bought) - unitsAt(lines, both);
  const spare = unitsAt(lines, both) - Math.max(0, paid * buy.units - onlyBought);
  return { sets, units: take(given.map(toUnits).toSorted(cheapestFirst), wanted, spare) };
}

const cheapestFirst = (a: Units, b: Units): number =>
  a.price - b.price || Number(a.canBeBought) - Number(b.canBeBought) || a.rank - b.rank;
const dearestFirst = (a: Units, b: Units): number => b.price - a.price || a.rank - b.rank;

/** Takes units in order, of those that may be bought at most the spare ones. */
function take(order: readonly Units[], wanted: number, spare: number): Map<number, number> {
  const taken = new Map<number, number>();
  let [left, spareLeft] = [wanted, spare];
  for (const { line, units, canBeBought } of order) {
    const own = Math.min(units, left, canBeBought ? spareLeft : Infinity);
    if (own <= 0) continue;
    taken.set(line, own);
    left -= own;
    if (canBeBought) spareLeft -= own;
  }
  return taken;
}

/** The cheapest units of each set, where all units are sorted by price, the highest first, and divided into sets. */
function cheapestOfSets(all: readonly Units[], sets: number, buyUnits: number, getUnits: number): Map<number, number> {
  const size = buyUnits + getUnits;
  const given = new Map<number, number>();
  const give = (line: number, units: number) => given.set(line, (given.get(line) ?? 0) + units);
  let open: Units[] = [];
  let inOpen = 0;
  let setsLeft = sets;
  const closeSet = () => {
    for (const [line, units] of take(open.toSorted(cheapestFirst), getUnits, Infinity)) give(line, units);
    [open, inOpen] = [[], 0];
    setsLeft -= 1;
  };
  for (const each of all.toSorted(dearestFirst)) {
    let { units } = each;
    if (setsLeft === 0) break;
    if (inOpen > 0) {
      const added = Math.min(units, size - inOpen);
      open.push({ ...each, units: added });
      inOpen += added;
      units -= added;
      if (inOpen === size) closeSet();
    }
    // Sets within a line need no selection.
    const whole = Math.min(setsLeft, Math.floor(units / size));
    if (whole > 0) give(each.line, whole * getUnits);
    setsLeft -= whole;
    units -= whole * size;
    if (units > 0 && setsLeft > 0) [open, inOpen] = [[{ ...each, units }], units];
  }
  return given;
}
