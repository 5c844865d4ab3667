import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { consoleCookieOf } from '../system/sign-in.ts';

/** Debian's Chromium (`apt-get install chromium`), or the one that `CHROMIUM` names; undefined if there is none. */
export const chromiumPath: string | undefined = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
].find((path) => path !== undefined && existsSync(path));

export const noChromium = 'There is no Chromium here: apt-get install chromium fonts-noto-cjk, or set CHROMIUM.';

/** Starts Chromium without a window. Throws if there is none. */
export function startBrowser(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(noChromium);
  // Containers have no user namespaces and a small /dev/shm.
  return chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A browser context in which a person is signed in to the console. */
export async function contextOf(
  browser: Browser,
  store: Parameters<typeof consoleCookieOf>[0],
  person: string,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: store.apiUrl, ...options });
  const cookie = await consoleCookieOf(store, person);
  const separator = cookie.indexOf('=');
  await context.addCookies([
    { name: cookie.slice(0, separator), value: cookie.slice(separator + 1), url: `${store.apiUrl}/console` },
  ]);
  return context;
}

export const viewports = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
