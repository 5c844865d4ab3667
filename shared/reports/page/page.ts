import { type Html, html } from '../../html.ts';
import { languages, type Message } from './languages.ts';
import { style } from './style.ts';

/** An HTML page: no script, nothing that is loaded, in every language. `heading` is before the title of its tab. */
export function reportPageOf(heading: string, title: Message, content: Html): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${heading} ${title.join(' · ')}</title>
        ${style}
      </head>
      <body>
        ${languages.map(
          ({ tag, name }, index) =>
            html`<input type="radio" name="language" id="in-${tag}" ${index === 0 ? html` checked` : undefined} />
              <label for="in-${tag}">${name}</label> `,
        )}
        <main>${content}</main>
      </body>
    </html> `;
  return page.markup;
}

/** A table; the headings and cells are escaped, unless a template made them. */
export const tableOf = (heads: readonly Html[], rows: readonly (readonly (string | Html)[])[]): Html =>
  html`<table>
    <thead>
      <tr>
        ${heads.map((head) => html`<th scope="col">${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${cells.map((cell) => html`<td>${cell}</td>`)}
          </tr> `,
      )}
    </tbody>
  </table>`;
