import { ownValue } from '../input/own-value.ts';
/** A chart of bars: one group for each label, with one bar for each series. */
export type BarChart = {
  title: string;
  labels: readonly string[];
  series: readonly { name: string; values: readonly number[] }[];
};
export type PageTable = {
  title: string;
  head: readonly string[];
  rows: readonly (readonly (string | number | undefined)[])[];
};

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (value: string | number | undefined): string =>
  String(value ?? '').replaceAll(/[&<>"']/g, (character) => ownValue(entities, character) ?? character);

const colours = ['#6b7280', '#2563eb', '#d97706', '#059669', '#db2777', '#7c3aed'];
const [width, height, margin] = [900, 260, 40];

/** One self-contained HTML page: no script, no request to another server. */
export const reportPage = (
  title: string,
  notes: readonly string[],
  charts: readonly BarChart[],
  tables: readonly PageTable[],
): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1000px; padding: 0 1rem; color: #111827; }
table { border-collapse: collapse; margin: 0 0 2rem; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #e5e7eb; padding: 0.25rem 0.75rem; text-align: right; }
th:first-child, td:first-child { text-align: left; }
svg { width: 100%; height: auto; }
</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${notes.map((note) => `<p>${escaped(note)}</p>`).join('\n')}
${charts.map(chartOf).join('\n')}
${tables.map(tableOf).join('\n')}
</body>
</html>
`;

function chartOf({ title, labels, series }: BarChart): string {
  const all = series.flatMap(({ values }) => values);
  const top = Math.max(0, ...all);
  const bottom = Math.min(0, ...all);
  const range = top - bottom || 1;
  const yOf = (value: number) => margin + ((top - value) / range) * (height - 2 * margin);
  const group = (width - 2 * margin) / Math.max(1, labels.length);
  const bar = (group * 0.8) / Math.max(1, series.length);
  const bars = labels.flatMap((label, index) =>
    series.map(({ name, values }, each) => {
      const value = values[index] ?? 0;
      const x = margin + index * group + group * 0.1 + each * bar;
      const [from, to] = [yOf(Math.max(0, value)), yOf(Math.min(0, value))];
      const text = `${label}, ${name}: ${value}`;
      return `<rect x="${fixed(x)}" y="${fixed(from)}" width="${fixed(bar)}" height="${fixed(to - from)}" fill="${colours[each % colours.length]}"><title>${escaped(text)}</title></rect>`;
    }),
  );
  const every = Math.ceil(labels.length / 10);
  const ticks = labels.map((label, index) =>
    index % every === 0
      ? `<text x="${fixed(margin + (index + 0.5) * group)}" y="${height - 12}" text-anchor="middle" font-size="11">${escaped(label)}</text>`
      : '',
  );
  const legend = series.map(
    ({ name }, each) =>
      `<rect x="${margin + each * 150}" y="8" width="12" height="12" fill="${colours[each % colours.length]}"/><text x="${margin + 18 + each * 150}" y="19" font-size="12">${escaped(name)}</text>`,
  );
  const zero = fixed(yOf(0));
  return `<h2>${escaped(title)}</h2>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
${legend.join('')}
<line x1="${margin}" x2="${width - margin}" y1="${zero}" y2="${zero}" stroke="#9ca3af"/>
${bars.join('\n')}
${ticks.join('')}
</svg>`;
}

const fixed = (value: number) => value.toFixed(1);

const tableOf = ({ title, head, rows }: PageTable): string => `<h2>${escaped(title)}</h2>
<table>
<tr>${head.map((name) => `<th>${escaped(name)}</th>`).join('')}</tr>
${rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`).join('\n')}
</table>`;
