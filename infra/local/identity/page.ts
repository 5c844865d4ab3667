const escaped = (text: string) => text.replaceAll(/["&'<>]/g, (character) => `&#${character.codePointAt(0)};`);

/** The sign-in page: the people of this machine, and the password of `credentials.json`. */
export function signInPage(userNames: string[], fields: Record<string, string>, wrongPassword: boolean): string {
  const hidden = Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`)
    .join('');
  const people = userNames
    .map(
      (name, index) =>
        `<label><input type="radio" name="person" value="${escaped(name)}" required${index === 0 ? ' checked' : ''}> ${escaped(name)}</label>`,
    )
    .join('');
  const notice = wrongPassword ? '<p role="alert">The password is not that of this person.</p>' : '';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui;max-width:24rem;margin:3rem auto;padding:0 1rem}
label{display:block;padding:.25rem 0}input[type=password]{font:inherit;width:100%;box-sizing:border-box;padding:.4rem}
button{font:inherit;padding:.5rem 1.5rem;margin-top:1rem}fieldset{margin-bottom:1rem}</style></head>
<body><main><h1>Sign in</h1>${notice}<form method="post" action="/login">${hidden}
<fieldset><legend>Person</legend>${people}</fieldset>
<label for="password">Password (credentials.json, people)</label>
<input id="password" name="password" type="password" required autocomplete="current-password">
<button>Sign in</button></form></main></body></html>`;
}
