import assert from 'node:assert';
import type { TaxZone } from '../tax/tax-zones.ts';
import { type Destination, zoneOf } from '../tax/zone-of.ts';
import type { Taxation, TaxStatus } from '../tax/taxation.ts';
import { taxationFor } from './price-basket.ts';
import type { PricingRules } from './pricing-rules.ts';

type PlacedOrder = {
  channel: string;
  customer: TaxStatus;
  shippingAddress: Destination;
  placedAt: string;
  taxIncluded: boolean;
  taxZone?: { zoneId: string } | undefined;
};

/** Rules with the zones by which an order was taxed: those of its version, or of the deployment. */
export const frozenRules = (
  { pricing }: { pricing?: { settingsVersions: { taxZones: number } } | undefined },
  deployed: PricingRules,
  zones: readonly TaxZone[] | undefined,
): PricingRules => {
  const version = pricing?.settingsVersions.taxZones ?? 0;
  return zones && version > 0 ? { ...deployed, taxZones: { version, zones } } : deployed;
};

/** The taxation of a placed order: its zone and the rates of its time. `rules`: those of the versions that it names. */
export function frozenTaxation(order: PlacedOrder, rules: PricingRules): Taxation {
  const zones = order.taxZone
    ? rules.taxZones.zones.filter(({ zoneId }) => zoneId === order.taxZone?.zoneId)
    : rules.taxZones.zones;
  const basket = {
    channel: { channel: order.channel, pricesItself: false },
    customer: order.customer,
    destination: order.shippingAddress,
    at: Date.parse(order.placedAt),
  };
  const taxation = taxationFor(basket, { ...rules, taxZones: { ...rules.taxZones, zones } });
  assert(!('refusal' in taxation), 'The rules that an order was priced by have its tax zone');
  return { ...taxation, taxIncluded: order.taxIncluded };
}

/** Whether another address has other rates than the order was taxed by. */
export const isOtherZone = (destination: Destination, { taxZone }: PlacedOrder, { taxZones }: PricingRules): boolean =>
  taxZone !== undefined && zoneOf(destination, taxZones.zones)?.zoneId !== taxZone.zoneId;
