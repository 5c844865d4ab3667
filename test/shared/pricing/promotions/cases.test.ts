import { describe, expect, test } from 'vitest';
import { inForce } from '../../../../shared/pricing/promotions/schedule/in-force.ts';
import { definitionOf } from '../../../support/promotions/case-definition.ts';
import { type CaseQuote, type PromotionCase, readCases } from '../../../support/promotions/case-file.ts';
import { comparable, outcomeOf, priceCase } from '../../../support/promotions/price-case.ts';

const files = ['promotion-cases.json', 'own-promotion-cases.json'];
const cases = files.flatMap((file) => readCases(`test/data/${file}`));
const quotes = cases.flatMap((each) =>
  each.quotes.map((quote, index): [string, PromotionCase, CaseQuote] => [
    `${each.id} ${each.title}: ${quote.name ?? `quote ${index + 1}`}`,
    each,
    quote,
  ]),
);
const instants = cases.flatMap((each) =>
  each.instants.map((instant): [string, PromotionCase, typeof instant] => [
    `${instant.promotion} at ${instant.at}`,
    each,
    instant,
  ]),
);

/** What the case expects and what the function gives, in the same form. */
function compared(given: PromotionCase, { cart, expect: expected }: CaseQuote): [actual: unknown, expected: unknown] {
  const priced = priceCase(given, cart);
  if ('refusal' in priced) return [priced, expected];
  if ('refusal' in expected) return [[priced.promotions.missingGift], expected.refusal.lines];
  const { validation: _warnings, ...amounts } = expected;
  return [comparable(outcomeOf(priced, cart), expected), amounts];
}

describe('the worked cases', () => {
  test.each(quotes)('%s', (_name, given, quote) => {
    const [actual, expected] = compared(given, quote);
    expect(actual).toEqual(expected);
  });

  test.each(instants)('%s', (_name, { promotions, store }, { promotion, at, active }) => {
    const given = promotions.find(({ id }) => id === promotion);
    const { schedule } = definitionOf(given ?? { id: promotion });
    expect(inForce(schedule, store.timeZone, Date.parse(at)).state === 'in-force').toBe(active);
  });
});
