import { html } from '../../../../shared/html.ts';
import { ownValue } from '../../../../shared/input/own-value.ts';
import { currencySection, dataTable } from './currency-section.ts';
import type { DayFigures, FindingRow, TotalRow } from './day-figures.ts';
import { count, decimalsOf, money, shown } from '../../../../shared/reports/page/format.ts';
import { reportPageOf } from '../../../../shared/reports/page/page.ts';
import { type MessageName, say, sayReason, title } from './messages.ts';

const maxCurrencies = 12;

/**
 * A day's reports as one HTML page: no script, nothing that is loaded, in every language. The same figures give the same
 * bytes. Its size has a limit; what does not fit is counted, and is in the CSV files.
 */
export function dayPage(figures: DayFigures): string {
  const shownRows = [...figures.totals.filter(hasFigures), ...figures.stock];
  const currencies = [...new Set(shownRows.map(({ currency }) => currency))].sort();
  const isEmpty = figures.totals.every(({ orders }) => orders === 0n);
  const further = currencies.length - maxCurrencies;
  const content = html`<h1>${say('title')} <span>${figures.date}</span></h1>
    <p>${figures.timeZone}</p>
    ${isEmpty ? html`<p><strong>${say('noOrders')}</strong></p>` : undefined}
    ${currencies.slice(0, maxCurrencies).map((currency) => currencySection(figures, currency))}
    ${further > 0 ? html`<p>${say('moreCurrencies')} ${further}</p>` : undefined} ${quality(figures)}`;
  return reportPageOf(figures.date, title, content);
}

/** A row may be there for a channel without orders. */
const hasFigures = ({ channel: _channel, currency: _currency, ...figures }: TotalRow): boolean =>
  Object.values(figures).some((figure) => figure !== 0n);

function quality({ input: { events, quarantined }, findings }: DayFigures) {
  const rowsByReason = new Map<string, number>();
  for (const { reason, rows } of quarantined) rowsByReason.set(reason, (rowsByReason.get(reason) ?? 0) + rows);
  const reasons = [...rowsByReason].sort(([a], [b]) => (a < b ? -1 : 1));
  const row = (name: ReturnType<typeof say>, figure: number) =>
    html`<tr>
      <td>${name}</td>
      <td>${figure}</td>
    </tr> `;
  return html`<h2>${say('quality')}</h2>
    <table>
      <tbody>
        ${row(say('events'), events)}
      </tbody>
    </table>
    <h3>${say('quarantined')}</h3>
    ${
      reasons.length === 0
        ? html`<p>${say('nothingQuarantined')}</p>`
        : html`<table>
            <tbody>
              ${reasons.map(([reason, rows]) => row(sayReason(shown(reason)), rows))}
            </tbody>
          </table>`
    }
    <h3>${say('unusual')}</h3>
    ${findings.length === 0 ? html`<p>${say('nothingUnusual')}</p>` : unusual(findings)}`;
}

const figureNames: Record<string, MessageName> = {
  events: 'events',
  orders: 'orders',
  totalMinor: 'total',
  cancelledMinor: 'cancelled',
  refundedMinor: 'refunded',
};

function unusual(findings: FindingRow[]) {
  const figure = ({ measure, currency }: FindingRow, value: bigint | null) => {
    if (value === null) return '–';
    return measure.endsWith('Minor') ? money(value, decimalsOf(currency ?? '')) : count(value);
  };
  return dataTable(
    ['reason', 'channel', 'figure', 'found', 'usual'],
    findings.map((finding) => [
      sayReason(shown(finding.reason)),
      finding.channel === null ? say('all') : shown(finding.channel),
      html`${say(ownValue(figureNames, finding.measure) ?? 'figure')} ${finding.currency ?? ''}`,
      figure(finding, finding.found),
      figure(finding, finding.median),
    ]),
  );
}
