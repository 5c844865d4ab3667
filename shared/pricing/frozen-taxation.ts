import assert from 'node:assert';
import type { TaxZone } from '../tax/tax-zones.ts';
import { type Destination, zoneOf } from '../tax/zone-of.ts';
import { type Taxation, taxationBy, type TaxStatus } from '../tax/taxation.ts';
import type { PricingRules } from './pricing-rules.ts';

type PlacedOrder = {
  customer: TaxStatus;
  shippingAddress: Destination;
  placedAt: string;
  taxIncluded: boolean;
  taxZone?: { zoneId: string; treatment?: string | undefined } | undefined;
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

/**
 * The taxation of a placed order: its zone and treatment as it keeps them, and the rates of its time. A customer's status is
 * not judged again: the rules for it may have changed, or the status was erased. `rules`: those of the versions that the
 * order names. `channelIncludesTax`: whether the prices of its channel contain tax, if its settings say so.
 */
export function frozenTaxation(order: PlacedOrder, rules: PricingRules, channelIncludesTax?: boolean): Taxation {
  const { taxZone, customer, shippingAddress, placedAt } = order;
  const { zones } = rules.taxZones;
  const zone = taxZone ? zones.find(({ zoneId }) => zoneId === taxZone.zoneId) : zoneOf(shippingAddress, zones);
  assert(zone, 'The rules that an order was priced by have its tax zone');
  const treatment = taxZone ? taxZone.treatment : customer.taxExemption && 'exemption';
  const taxIncluded = channelIncludesTax ?? zone.taxIncluded ?? rules.taxIncluded;
  const taxation = taxationBy(zone, treatment, customer, { at: Date.parse(placedAt), taxIncluded });
  return { ...taxation, taxIncluded: order.taxIncluded };
}

/** Whether another address has other rates than the order was taxed by. */
export const isOtherZone = (destination: Destination, { taxZone }: PlacedOrder, { taxZones }: PricingRules): boolean =>
  taxZone !== undefined && zoneOf(destination, taxZones.zones)?.zoneId !== taxZone.zoneId;
