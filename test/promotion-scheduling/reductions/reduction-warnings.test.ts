import { describe, expect, test } from 'vitest';
import {
  reductionStart,
  reductionWarning,
} from '../../../functions/promotion-scheduling/reductions/reduction-warnings.ts';
import type { OfferedPrice } from '../../../shared/pricing/offered-prices.ts';
import { noon } from '../../support/builders.ts';

const dayMs = 86_400_000;
const offer = (from: number, until: number, unitPriceMinor: number, promotionIds: string[] = []): OfferedPrice => ({
  from: noon + from * dayMs,
  until: noon + until * dayMs,
  unitPriceMinor,
  listPriceMinor: 2000,
  listId: 'base',
  promotionIds,
});

describe('a reduction', () => {
  test.each<[string, OfferedPrice[], number | undefined, number, string | undefined]>([
    ['from a constant price', [offer(-60, 0, 2000)], undefined, 1800, undefined],
    ['as announced', [offer(-60, 0, 2000)], 1000, 1800, undefined],
    ['smaller than announced', [offer(-60, 0, 2000)], 2000, 1800, 'smaller-reduction'],
    ['to the price of last week', [offer(-60, -7, 1800), offer(-7, 0, 2000)], undefined, 1800, 'no-reduction'],
    ['from a price that was raised before', [offer(-60, -2, 1500), offer(-2, 0, 2000)], 2500, 1500, 'no-reduction'],
    ['below the price of last week', [offer(-60, -7, 1800), offer(-7, 0, 2000)], undefined, 1700, undefined],
    [
      'from a price that ended more than 30 days ago',
      [offer(-60, -31, 900), offer(-31, 0, 2000)],
      undefined,
      1800,
      undefined,
    ],
    [
      'of the same promotion last week',
      [offer(-60, -7, 2000), offer(-7, -6, 1800, ['sale']), offer(-6, 0, 2000)],
      undefined,
      1800,
      'no-reduction',
    ],
    ['that runs already', [offer(-60, -7, 2000), offer(-7, 0, 1800, ['sale'])], 1000, 1800, undefined],
    ['that runs since longer than the history', [offer(-60, 0, 1800, ['sale'])], undefined, 1800, undefined],
    ['of goods that were not sold before', [], 9000, 1800, undefined],
  ])('%s', (_name, offers, announcedReductionBasisPoints, unitPriceMinor, expected) => {
    const promotion = { promotionId: 'sale', announcedReductionBasisPoints };
    const found = reductionWarning(promotion, 'MUG', offers, { at: noon, unitPriceMinor, currency: 'GBP' });
    expect(found?.type).toBe(expected);
  });

  test('names the prices, and the field that announces it', () => {
    const offers = [offer(-60, -7, 1800), offer(-7, 0, 2000)];
    const at = { at: noon, unitPriceMinor: 1750, currency: 'GBP' };
    expect(reductionWarning({ promotionId: 'sale', announcedReductionBasisPoints: 1250 }, 'MUG', offers, at)).toEqual({
      type: 'smaller-reduction',
      pointer: '/announcedReductionBasisPoints',
      detail:
        'MUG would cost 1750 GBP; the lowest price of the 30 days before is 1800, from 2026-01-04T12:00:01.000Z: the reduction is 277 basis points, and 1250 are announced.',
      at: new Date(noon).toISOString(),
    });
  });

  test('starts where the promotion lowered the price first without a gap', () => {
    const offers = [
      offer(-9, -8, 1800, ['sale']),
      offer(-8, -7, 2000),
      offer(-7, -3, 1800, ['sale']),
      offer(-3, 0, 1700, ['x', 'sale']),
    ];
    expect(reductionStart(offers, 'sale', noon)).toBe(noon - 7 * dayMs);
    expect(reductionStart(offers, 'other', noon)).toBe(noon);
  });
});
