import { didYouMean } from '../input/closest.ts';

// ISO 4217, list one, published 2026-01-01: the active codes that have a minor unit. Without the codes for metals, baskets
// and tests (XAU, XDR, XTS, XXX ...), in which nothing is priced. CLDR (Intl) has other digits for 19 of them, as for LAK.
const twoDecimals =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP ' +
  'COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR ' +
  'JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN ' +
  'NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL ' +
  'THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG';
const noDecimals = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF';
const threeDecimals = 'BHD IQD JOD KWD LYD OMR TND';
const fourDecimals = 'CLF UYW';

/** Active ISO 4217 codes without a minor unit. */
const withoutMinorUnit = new Set('XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX'.split(' '));

const exponents = new Map<string, number>(
  [noDecimals, undefined, twoDecimals, threeDecimals, fourDecimals].flatMap((codes, exponent) =>
    (codes?.split(' ') ?? []).map((code): [string, number] => [code, exponent]),
  ),
);

/** Active ISO 4217 codes, by code. */
export const currencyCodes: readonly string[] = [...exponents.keys()].sort();

/** Decimals of a currency by ISO 4217: 2 for GBP, 0 for JPY. An amount in minor units is divided by ten to this power. */
export const exponentOf = (currency: string): number => exponents.get(currency) ?? 2;

/** What is wrong with a text that is not one of `currencyCodes`, such as the code of gold (XAU). */
export const currencyProblem = (text: unknown): string =>
  typeof text === 'string' && withoutMinorUnit.has(text)
    ? `${text} has no minor unit in ISO 4217, so that no price can be given in it`
    : `Not an ISO 4217 currency code such as GBP${didYouMean(text, currencyCodes)}`;
