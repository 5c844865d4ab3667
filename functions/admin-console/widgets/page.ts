import { type Html, html } from '../../../shared/html.ts';
import type { MessageName } from './messages.ts';
import type { Press } from './widget-event.ts';

/** A button of a row: what it does, and the text that the person types for it. */
export type Button = {
  label: MessageName;
  press: Omit<Press, 'fields'>;
  field?: { input: string; label: MessageName };
};

/** How a widget shows its data. */
export type Page = {
  language: string;
  text: (name: MessageName) => string;
  /** Buttons; nothing for readers. */
  buttons: (row: string, buttons: readonly Button[]) => Html | undefined;
  /** A link to the form of an automation document with these inputs; nothing for readers. */
  documentLink: (label: MessageName, operation: string, inputs: Record<string, string>) => Html | undefined;
  /** A link to the objects of a bucket with this prefix. */
  objectsLink: (label: MessageName, prefix: string) => Html;
};

type Cell = string | number | Html | undefined;

/** A table, or `None` without rows. */
export function table(page: Page, columns: readonly MessageName[], rows: readonly (readonly Cell[])[]): Html {
  if (rows.length === 0) return html`<p>${page.text('none')}</p>`;
  const width = Math.max(...rows.map((row) => row.length));
  const heads = Array.from({ length: width }, (_, index) => {
    const name = columns[index];
    return name === undefined ? html`<td></td>` : html`<th scope="col">${page.text(name)}</th>`;
  });
  return html`<table>
    <thead>
      <tr>
        ${heads}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map((cell) => html`<td>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** An amount in minor units, as people of the language write it. */
export function amount(page: Page, minor: number, currency: string): string {
  const format = new Intl.NumberFormat(page.language, { style: 'currency', currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

export const shownTime = (instant: string | undefined) => instant?.slice(0, 16).replace('T', ' ') ?? '';
