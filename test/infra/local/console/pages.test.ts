import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { html } from '../../../../infra/local/console/html.ts';
import { languageOf, localeOf, messagesIn } from '../../../../infra/local/console/messages.ts';
import { openSessions } from '../../../../infra/local/console/sessions.ts';

const person = { name: 'ada', arn: 'arn:aws:sts::000000000000:assumed-role/A/ada', policies: [] };

test('a link signs one person in once, and is replaced in a file for its owner only', () => {
  let now = 0;
  const directory = mkdtempSync(join(tmpdir(), 'console-'));
  const sessions = openSessions([person], { directory, url: 'http://127.0.0.1:3000', now: () => now });
  const linkOf = () => new URL(JSON.parse(readFileSync(sessions.linksFile, 'utf8')).ada).searchParams.get('link') ?? '';
  expect(statSync(sessions.linksFile).mode & 0o777).toBe(0o600);
  const link = linkOf();
  const cookie = sessions.signIn(link);
  expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
  expect(sessions.signIn(link)).toBeUndefined();
  expect(linkOf()).not.toBe(link);
  expect(sessions.find(cookie?.split(';')[0])?.person).toBe(person);
  for (const other of [undefined, '', 'console-session=', 'console-session=x', `x${cookie}`]) {
    expect(sessions.find(other)).toBeUndefined();
  }
  now += 13 * 3_600_000;
  expect(sessions.find(cookie)).toBeUndefined();
});

test('HTML keeps what a template made, and escapes everything else', () => {
  expect(html`<a title="${'"<&'}">${[html`<b>${1}</b>`, undefined]}</a>`.markup).toBe(
    '<a title="&quot;&lt;&amp;"><b>1</b></a>',
  );
});

test.each([
  ['zh-TW,zh;q=0.9', 'zh-Hant', '佇列', 'zh_TW'],
  ['zh-Hans', 'zh-Hans', '队列', 'zh_CN'],
  ['zh-CN', 'zh-Hans', '队列', 'zh_CN'],
  ['de-CH', 'en', 'Queues', 'en'],
  ['', 'en', 'Queues', 'en'],
])('%s is shown in %s', (preferred, language, queues, locale) => {
  expect(languageOf(preferred)).toBe(language);
  expect(messagesIn(languageOf(preferred))('queues')).toBe(queues);
  expect(localeOf(languageOf(preferred))).toBe(locale);
});
