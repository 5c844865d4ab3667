import { type Html, html } from '../../html.ts';

/** Languages of the pages, and their names in themselves. The first one shows at first. */
export const languages = [
  { tag: 'en', name: 'English' },
  { tag: 'zh-Hant', name: '繁體中文' },
  { tag: 'zh-Hans', name: '简体中文' },
] as const;

/** A text in the order of the languages. */
export type Message = readonly [string, string, string];

/** A text in every language; the style shows one of them. */
export const inLanguages = (message: Message): Html =>
  html`${languages.map(({ tag }, index) => html`<span lang="${tag}">${message[index]}</span>`)}`;
