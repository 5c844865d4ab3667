import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '../../infra/assembly.ts';
import { fillWithDemo } from '../../infra/demo/demo.ts';
import { startLocalStore } from '../../infra/local-store.ts';
import { contextOf, startBrowser, viewports } from '../support/console/browser.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'docs');
const pages = {
  console: '/console/dashboards/Storeworks-Administration',
  automations: '/console/automations',
};

/** Starts a store with the demo, and takes pictures of the console at desk and phone size. */
const state = await mkdtemp(join(tmpdir(), 'storeworks-screenshots-'));
const cdkOut = await assemble({ root, log: (line) => console.error(line) });
const store = await startLocalStore({ cdkOut, stateDirectory: state });
const browser = await startBrowser();
try {
  await fillWithDemo(store, new AbortController().signal);
  mkdirSync(folder, { recursive: true });
  for (const [size, viewport] of Object.entries(viewports)) {
    const context = await contextOf(browser, store, 'admin', { viewport, locale: 'en-GB' });
    const page = await context.newPage();
    const shoot = async (name: string) => {
      const path = join(folder, `${name}-${size}.png`);
      await page.screenshot({ path });
      console.log(path);
    };
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(path);
      await shoot(name);
    }
    await context.close();
  }
} finally {
  await browser.close();
  await store.stop();
  await rm(state, { recursive: true, force: true });
}
