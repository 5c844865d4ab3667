import { ownValue } from './input/own-value.ts';

/** Text of HTML that was escaped, or written in this repository. */
export type Html = { readonly markup: string };

type Value = string | number | undefined | Html | readonly Value[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes a text for an element or an attribute in quotes. Control characters, which HTML cannot hold, become spaces. */
const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ownValue(entities, character) ?? '').replaceAll(/\p{Cc}/gu, ' ');

/** HTML from a template: every value is escaped, unless a template made it. */
export const html = (parts: TemplateStringsArray, ...values: Value[]): Html => ({
  markup: parts.map((part, index) => part + (index < values.length ? markupOf(values[index]) : '')).join(''),
});

function markupOf(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map((each) => markupOf(each)).join('');
}
