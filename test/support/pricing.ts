import { deployedZone } from '../../shared/pricing/pricing-rules.ts';
import type { Taxation } from '../../shared/tax/taxation.ts';
import { aPolicy, noon } from './builders.ts';

/** The taxation by the settings of a deployment. */
export const aTaxation = (policy: Parameters<typeof aPolicy>[0] = {}, given: Partial<Taxation> = {}): Taxation => {
  const { taxIncluded, ...settings } = aPolicy(policy);
  return { zone: deployedZone(settings), at: noon, taxIncluded, ...given };
};
