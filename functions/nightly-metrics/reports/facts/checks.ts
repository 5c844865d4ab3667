import { currencyCodes } from '../../../../shared/reference-data/currencies.ts';

/** Whether a number of an event is a whole amount or quantity; false without one. The limit keeps products in 128 bits. */
export const isAmount = (value: string) =>
  `coalesce(${value} BETWEEN 0 AND 1e12 AND ${value} = floor(${value}), false)`;

/** Whether a text is an active ISO 4217 code; false without one. */
export const isKnownCurrency = (currency: string) =>
  `coalesce(${currency} IN (${currencyCodes.map((code) => `'${code}'`).join(', ')}), false)`;
