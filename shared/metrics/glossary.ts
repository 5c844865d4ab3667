import type { Measure } from './measure.ts';
import { measures } from './measures.ts';

const kinds: Record<Measure['kind'], string> = {
  sum: 'sum',
  count: 'distinct orders',
  ratio: 'ratio',
  balance: 'balance',
};
const cell = (text: string) => text.replaceAll('|', String.raw`\|`);

/** The glossary of the measures, as Markdown. */
export const glossary = (): string =>
  [
    '# Glossary of the measures',
    '',
    'Written by `npx vitest run --project unit test/shared/metrics -u` from `shared/metrics`, where each measure has its one',
    'definition. Amounts are whole minor units of the currency of the row; two currencies are never added. The rules D1 to D10 and L17',
    'are those of `metrics-cases.json`. What a measure adds up or divides is SQL over the report `facts`.',
    '',
    '| Measure | Unit | Kind | Definition | Rule | Of |',
    '| --- | --- | --- | --- | --- | --- |',
    ...measures.map(({ name, unit, kind, description, rule, of }) => {
      const formula = kind === 'ratio' ? of : `\`${of}\``;
      return `| \`${name}\` | ${unit} | ${kinds[kind]} | ${[description, rule, formula].map(cell).join(' | ')} |`;
    }),
    '',
  ].join('\n');
