import { ms, percentile } from '../bench/numbers.ts';
import type { SampleYear } from './invoices.ts';
import { type Check, holds } from './reconciliation.ts';
import type { RefundPlan } from './refund-plan.ts';
import type { RefundResults } from './refunds.ts';
import type { TaxRows } from './tax/tax-by-country.ts';
import type { Posted, Reported } from './year.ts';

export function printYear(file: string, { invoiceCount, products, leftOutInvoices, leftOutRows }: SampleYear): void {
  console.log(`${count(invoiceCount)} invoices, ${count(products.length)} SKUs in ${file}`);
  printReasons('left out', leftOutInvoices, ' invoices');
  printReasons('left out', leftOutRows, ' rows');
}

export function printOrders({ accepted, replayed, refused, seconds }: Posted): void {
  console.log(
    `${count(accepted)} orders accepted, ${count(replayed)} existed already; ` +
      `${rate(accepted + replayed, seconds)} orders/s over ${seconds.toFixed(1)} s`,
  );
  printReasons('refused', refused);
}

export function printRefunds(plan: RefundPlan, results: RefundResults, paid: number): void {
  console.log(`${count(plan.matched)} cancellations matched to orders, ${count(plan.goodwill)} are goodwill`);
  printReasons('left out', plan.leftOut, ' cancellations');
  printReasons('left out', plan.leftOutLines, ' lines of cancellations');
  console.log(
    `${count(results.requested)} refunds requested, ${count(results.replayed)} existed already; ` +
      `${count(results.automatic)} approved automatically, ${count(results.escalated)} by approvers, ${count(paid)} paid`,
  );
  printReasons('refused', results.refused);
  const { requests, decisions } = results.latencies;
  printLatencies('refund request with policy decision', requests);
  printLatencies('decision of an approver', decisions);
}

function printLatencies(what: string, latencies: readonly number[]): void {
  if (latencies.length === 0) return;
  const [half, most] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
  console.log(`  ${what}: p50 ${ms(half)}, p99 ${ms(most)} of ${count(latencies.length)} requests`);
}

export const printReports = ({ days, changed, seconds }: Reported): void =>
  console.log(`${count(days)} days reported in ${seconds.toFixed(1)} s, ${changed} changed`);

export function printTaxes(taxes: TaxRows): void {
  console.log('\nTax by country and rate');
  const rows = [...taxes.values()].toSorted((a, b) => (`${a.country} ${a.rate}` < `${b.country} ${b.rate}` ? -1 : 1));
  for (const { country, rate, orders, taxableMinor, taxMinor } of rows) {
    const cells = [rate.padStart(6), count(orders).padStart(7), pounds(taxableMinor).padStart(13)];
    console.log(`  ${country} ${cells.join(' ')} taxable ${pounds(taxMinor).padStart(12)} tax`);
  }
}

export function printChecks(checks: readonly Check[]): void {
  console.log('\nReconciliation');
  for (const check of checks) console.log(`  ${line(check)}`);
}

const line = (check: Check) => {
  const show = (value: number) => (check.money ? pounds(value) : count(value));
  const parts = Object.entries(check.right).map(([name, value]) => `${show(value)} ${name}`);
  return `${holds(check) ? 'holds  ' : 'DIFFERS'}  ${check.name}: ${show(check.left)} = ${parts.join(' + ')}`;
};

function printReasons(what: string, numbers: Map<string, number>, unit = ''): void {
  for (const [reason, number] of numbers) console.log(`  ${what}: ${count(number)}${unit}: ${reason}`);
}

/** Pence as pounds, in whole numbers. */
const pounds = (minor: number) => {
  const pence = String(Math.abs(minor)).padStart(3, '0');
  return `${minor < 0 ? '-' : ''}£${pence.slice(0, -2)}.${pence.slice(-2)}`;
};

const count = (value: number) => value.toLocaleString('en-GB');
const rate = (items: number, seconds: number) => Math.round(items / Math.max(seconds, 0.001));
