import { type Html, html, type Value } from './html.ts';
import { type Language, languages, type MessageName, messagesIn } from './messages.ts';
import type { Session } from './sessions.ts';

/** Who sees a page, and in which language. */
export type Viewer = { session: Session; language: Language; text: (name: MessageName) => string };

export const viewerOf = (session: Session, language: Language): Viewer => ({
  session,
  language,
  text: messagesIn(language),
});

const sections: MessageName[] = [
  'dashboards',
  'automations',
  'executions',
  'queues',
  'functions',
  'schedules',
  'alarms',
  'buckets',
  'timeline',
];

/** A whole page. `refreshSeconds` loads it again, while work is in progress. */
export function page(
  { session, language, text }: Viewer,
  title: string,
  content: Value,
  refreshSeconds?: number,
): Html {
  const refresh =
    refreshSeconds === undefined ? undefined : html`<meta http-equiv="refresh" content="${refreshSeconds}" />`;
  return shell(
    language,
    title,
    refresh,
    html` <header>
        <a class="skip" href="#content">${text('skip')}</a>
        <nav aria-label="${text('console')}">
          <ul>
            ${sections.map((name) => html`<li><a href="/console/${name}">${text(name)}</a></li>`)}
          </ul>
        </nav>
        <form method="post" action="/console/language" class="person">
          <input type="hidden" name="csrf" value="${session.csrfToken}" />
          <label
            >${text('language')}
            <select name="language">
              ${Object.entries(languages).map(([code, name]) =>
                code === language
                  ? html`<option value="${code}" selected>${name}</option>`
                  : html`<option value="${code}">${name}</option>`,
              )}
            </select></label
          >
          <button>${text('show')}</button>
        </form>
        <form method="post" action="/console/sign-out" class="person">
          <input type="hidden" name="csrf" value="${session.csrfToken}" />
          <span>${text('signedInAs')} <b>${session.person.name}</b></span> <button>${text('signOut')}</button>
        </form>
      </header>
      <main id="content" tabindex="-1" data-csrf="${session.csrfToken}">
        <h1>${title}</h1>
        ${content}
      </main>
      <dialog id="result" aria-label="${text('result')}">
        <div class="body" aria-live="polite"></div>
        <button type="button" class="close">${text('close')}</button>
      </dialog>`,
  );
}

/** The page of somebody who is not signed in. */
export function signInPage(language: Language, notice: MessageName = 'signInFirst'): Html {
  const text = messagesIn(language);
  return shell(
    language,
    text('console'),
    undefined,
    html`<main>
      <h1>${text('console')}</h1>
      <p>${text(notice)}</p>
      <p><a class="button" href="/console/sign-in">${text('signIn')}</a></p>
    </main>`,
  );
}

const shell = (language: Language, title: string, head: Html | undefined, body: Html): Html =>
  html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${head}
        <title>${title}</title>
        <link rel="stylesheet" href="/console/console.css" />
        <script src="/console/console.js" defer></script>
      </head>
      <body>
        ${body}
      </body>
    </html>`;

/** A table that scrolls on a small screen, or `None` without rows. */
export function table({ text }: Viewer, columns: readonly MessageName[], rows: readonly (readonly Value[])[]): Html {
  if (rows.length === 0) return html`<p>${text('none')}</p>`;
  return html`<div
    class="scroll"
    tabindex="0"
    role="region"
    aria-label="${columns.map((name) => text(name)).join(', ')}"
  >
    <table>
      <thead>
        <tr>
          ${columns.map((name) => html`<th scope="col">${text(name)}</th>`)}
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
    </table>
  </div>`;
}

/** A form that changes something. */
export const postForm = ({ session }: Viewer, action: string, content: Value): Html =>
  html`<form method="post" action="${action}">
    <input type="hidden" name="csrf" value="${session.csrfToken}" />${content}
  </form>`;

export const timeText = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? '' : new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
