import { dayBounds } from '../../business-day.ts';
import type { TaxRate } from '../tax-zones.ts';

/** The seed has the rates from this day on. An order of an earlier day needs rates that the store adds. */
const historyFrom = '2008-01-01';

type Tax = { name: string; jurisdiction: string; timeZone: string };

/**
 * The rates of a category from a text such as `17.5 20@2011-01-04`: a percentage, and the local day from which on it
 * applies. The first one without a day applies from the start of the history.
 */
export function rateHistory(
  { name, jurisdiction, timeZone }: Tax,
  taxCategory: string,
  kind: TaxRate['kind'],
  history: string,
): TaxRate[] {
  const steps = history.split(' ').map((step) => {
    const [percentage = '', day = historyFrom] = step.split('@');
    return { percentage, day, validFrom: new Date(dayBounds(day, timeZone).startMs).toISOString() };
  });
  return steps.map(({ percentage, day, validFrom }, index) => ({
    rateId: `${taxCategory}-${day}`,
    name,
    jurisdiction,
    taxCategory,
    percentage,
    kind,
    validFrom,
    validTo: steps[index + 1]?.validFrom,
  }));
}
