const maxTextLength = 60;

/** Decimals of a currency's amounts, by ISO 4217; 2 for a text that is not a code. */
export function decimalsOf(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) return 2;
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** Whole number as text of any size, in groups of thousands. */
export const count = (value: bigint): string => value.toLocaleString('en');

/** Minor units of any size as an amount, without the currency. */
export function money(minor: bigint, decimals: number): string {
  const digits = String(minor < 0n ? -minor : minor).padStart(decimals + 1, '0');
  const whole = count(BigInt(digits.slice(0, digits.length - decimals)));
  const fraction = decimals === 0 ? '' : `.${digits.slice(-decimals)}`;
  return `${minor < 0n ? '-' : ''}${whole}${fraction}`;
}

/** Percentage with one decimal; empty where there is no whole. */
export const share = (part: bigint, whole: bigint): string =>
  whole <= 0n ? '' : `${(Number((part * 10_000n) / whole) / 100).toFixed(1)} %`;

/** A text of an event, of limited length and without characters that turn the direction of the text around it. */
export function shown(text: string | null): string {
  if (text === null || text === '') return '–';
  const characters = Array.from(text.toWellFormed().replaceAll(/\p{Cf}/gu, ''));
  return characters.length <= maxTextLength ? characters.join('') : `${characters.slice(0, maxTextLength).join('')}…`;
}
