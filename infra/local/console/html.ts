/** HTML whose values are escaped. */
export type Html = { readonly markup: string };
export type Value = string | number | undefined | Html | readonly Value[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** HTML from a template: every value is escaped, unless a template made it. */
export const html = (parts: TemplateStringsArray, ...values: Value[]): Html => ({
  markup: parts.map((part, index) => part + markupOf(values[index])).join(''),
});

/** HTML that a function of the template returned: a page's content security policy runs no script of it. */
export const trusted = (markup: string): Html => ({ markup });

function markupOf(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map((each) => markupOf(each)).join('');
}
