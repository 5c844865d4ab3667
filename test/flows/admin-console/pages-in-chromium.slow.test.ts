import type { Browser, Page } from 'playwright-core';
import axe from 'axe-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, contextOf, noChromium, startBrowser, viewports } from '../../support/console/browser.ts';
import { startDemoOffice } from '../../support/demo-office.ts';
import type { BackOffice } from '../../support/system/back-office.ts';

const administration = '/console/dashboards/Storeworks-Administration';
const paths = [
  '/console/dashboards',
  administration,
  '/console/automations',
  '/console/automations/Storeworks-DecideRefund',
  '/console/executions',
  '/console/queues',
  '/console/functions',
  '/console/schedules',
  '/console/alarms',
  '/console/buckets',
  '/console/timeline?id=none',
];
const locales = { en: 'en-GB', 'zh-Hant': 'zh-TW', 'zh-Hans': 'zh-CN' };

let office: BackOffice;
let browser: Browser;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  [office, browser] = await Promise.all([startDemoOffice(), startBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await office?.stop();
});

type Look = { viewport: keyof typeof viewports; colorScheme: 'light' | 'dark'; language: keyof typeof locales };

async function pageOf({ viewport, colorScheme, language }: Look, person = 'admin'): Promise<Page> {
  const options = { viewport: viewports[viewport], colorScheme, locale: locales[language] };
  const context = await contextOf(browser, office, person, options);
  return context.newPage();
}

/** What axe-core finds by its rules: WCAG A and AA, and its best practices. Without DOM types, scripts of pages are text. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(`axe.run().then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`);
}

/** Elements that hide a part of their text, and the page itself if it scrolls sideways. */
const cutTexts = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const cut = [...document.querySelectorAll('body *')].filter((element) =>
      ['hidden', 'clip'].includes(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth + 1);
    const { scrollWidth, clientWidth } = document.documentElement;
    return [...cut.map((element) => element.outerHTML.slice(0, 200)),
      ...(scrollWidth > clientWidth ? ['the page scrolls sideways: ' + scrollWidth] : [])];
  })()`);

const looks: Look[] = [
  { viewport: 'desk', colorScheme: 'light', language: 'en' },
  { viewport: 'phone', colorScheme: 'dark', language: 'zh-Hant' },
  { viewport: 'phone', colorScheme: 'light', language: 'en' },
  { viewport: 'desk', colorScheme: 'dark', language: 'zh-Hans' },
];

describe.skipIf(chromiumPath === undefined)('the console in Chromium', () => {
  test.each(looks)('$language, $viewport, $colorScheme: no text is cut, and axe-core finds nothing', async (look) => {
    const page = await pageOf(look);
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    for (const path of paths) {
      await page.goto(path);
      expect(await page.getAttribute('html', 'lang')).toBe(look.language);
      const found = [...(await cutTexts(page)), ...(await violationsOf(page))];
      problems.push(...found.map((problem) => `${path} ${problem}`));
    }
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('each kind of button is pressed once, after a question, and says what it did', async () => {
    const page = await pageOf({ viewport: 'desk', colorScheme: 'light', language: 'en' });
    const questions: string[] = [];
    page.on('dialog', (dialog) => {
      questions.push(dialog.message());
      void dialog.accept();
    });
    const done: string[] = [];
    const kinds = ['Release', 'Reject', 'Pause', 'End', 'Run again', 'Audit all stock'];
    for (const kind of kinds) {
      await page.goto(administration);
      const button = page.getByRole('button', { name: new RegExp(`^${kind} `) }).first();
      const form = page.locator('form', { has: button });
      const field = form.locator('input[maxlength]');
      if ((await field.count()) > 0) await field.first().fill('Checked by phone');
      await button.click();
      await page.locator('dialog[open]').waitFor();
      done.push(await page.locator('dialog[open] .body').innerText());
    }
    expect(
      done.map((text) => /Done/.test(text)),
      done.join('\n'),
    ).toEqual(kinds.map(() => true));
    expect(questions).toHaveLength(kinds.length);
    await page.context().close();
  });

  test('the keyboard reaches the content, presses a button and closes its result', async () => {
    const page = await pageOf({ viewport: 'desk', colorScheme: 'light', language: 'en' });
    page.on('dialog', (dialog) => void dialog.accept());
    await page.goto(administration);
    const focused = () => page.evaluate<string>(`document.activeElement.outerHTML.slice(0, 200)`);
    await page.keyboard.press('Tab');
    expect(await focused()).toContain('class="skip"');
    await page.keyboard.press('Enter');
    for (let pressed = 0; pressed < 60 && !(await focused()).includes('Audit all stock'); pressed += 1) {
      await page.keyboard.press('Tab');
    }
    expect(await focused()).toContain('Audit all stock');
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor();
    expect(await focused()).toContain('close');
    await page.keyboard.press('Enter');
    await page.locator('dialog:not([open])').waitFor({ state: 'attached' });
    await page.context().close();
  });

  /** Seen failing with the referrer policy `no-referrer`: forms were refused, as browsers sent them without their origin. */
  test('a reader sees no button, and the language that is chosen stays', async () => {
    const page = await pageOf({ viewport: 'phone', colorScheme: 'light', language: 'en' }, 'merchandising');
    await page.goto('/console/dashboards/Storeworks');
    expect(await page.locator('main .btn').count()).toBe(0);
    await page.selectOption('select[name=language]', 'zh-Hant');
    await page.locator('form[action="/console/language"] button').click();
    await page.locator('html[lang=zh-Hant]').waitFor({ state: 'attached' });
    await page.goto('/console/dashboards/Storeworks');
    expect(await page.getAttribute('html', 'lang')).toBe('zh-Hant');
    await page.context().close();
  });
});

if (chromiumPath === undefined) console.warn(noChromium);
