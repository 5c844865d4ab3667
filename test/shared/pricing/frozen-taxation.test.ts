import { describe, expect, test } from 'vitest';
import { frozenTaxation } from '../../../shared/pricing/frozen-taxation.ts';
import { rulesOf } from '../../../shared/pricing/pricing-rules.ts';
import { seedTaxZones } from '../../../shared/tax/seed/tax-zones.ts';
import { aPolicy } from '../../support/builders.ts';

const rules = rulesOf(aPolicy(), { taxZones: { version: 4, ...seedTaxZones() } });
type Order = Parameters<typeof frozenTaxation>[0];
const anOrder = (zoneId: string, treatment?: string, customer: Order['customer'] = {}): Order => ({
  customer,
  shippingAddress: { country: 'DE' },
  placedAt: '2026-11-30T12:00:00Z',
  taxIncluded: treatment === 'union',
  taxZone: { zoneId, treatment },
});

describe('a placed order keeps its treatment', () => {
  // It was decided again once from the VAT number, so that units added by an edit had no tax.
  test.each([
    ['reverse-charge', {}],
    ['exemption', {}],
    ['export', {}],
    [undefined, { vatNumber: 'GB999999973' }],
    [undefined, { vatNumber: 'CHE123456789' }],
    [undefined, { vatNumber: 'FR12123456789' }],
  ] as const)('%s, whatever is known of the customer now', (treatment, customer) => {
    expect(frozenTaxation(anOrder('de', treatment ?? 'union', customer), rules).relief?.kind).toBe(treatment);
  });

  test('with the reason, while it is known', () => {
    const exempt = anOrder('gb', 'exemption', { taxExemption: { reason: 'Diplomat' } });
    expect(frozenTaxation(exempt, rules).relief).toEqual({
      kind: 'exemption',
      name: 'Tax exemption',
      reason: 'Diplomat',
    });
  });

  test.each([
    [undefined, true],
    [true, true],
    [false, false],
  ])('with prices that contain tax: channel %s, removed %s', (channelIncludesTax, isTaxRemoved) => {
    const taxation = frozenTaxation(anOrder('de', 'reverse-charge'), rules, channelIncludesTax);
    expect(taxation).toMatchObject({ taxIncluded: false, isTaxRemoved });
  });
});
