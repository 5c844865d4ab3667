import type { PromotionCase } from '../support/promotions/case-file.ts';
import { createCaseOrders } from './case-orders.ts';
import { checkInstant, checkQuote } from './case-quote.ts';
import { runStep } from './case-steps.ts';
import { CaseError, type CaseStore, createCaseStore } from './case-store.ts';
import type { CasesOffice } from './cases-office.ts';

/** Runs a case through the running system; returns each difference. `space` is a name that no other case has. */
export async function runCase(office: CasesOffice, given: PromotionCase, space: string): Promise<string[]> {
  const found: string[] = [];
  const note = (where: string, differences: readonly string[]) =>
    found.push(...differences.map((difference) => `${where}: ${difference}`));
  try {
    const store = await createCaseStore(office, given, space);
    try {
      await runIn(store);
    } finally {
      // Its orders stay: no other case has its goods, customers and promotions.
      await store.end();
    }
  } catch (error) {
    if (!(error instanceof CaseError)) throw error;
    note('setup', [error.message]);
  }
  return found;

  async function runIn(store: CaseStore): Promise<void> {
    const orders = createCaseOrders(office, store, given);
    for (const [index, quote] of given.quotes.entries()) {
      note(quote.name ?? `quote ${index + 1}`, await attempt(() => checkQuote(office, store, orders, quote)));
    }
    for (const instant of given.instants)
      note('instant', await attempt(() => checkInstant(office, store, given, instant)));
    if (given.steps.length > 0) await orders.cancelAll();
    for (const [index, step] of given.steps.entries()) {
      note(`step ${index + 1} (${step.do})`, await attempt(() => runStep(office, store, orders, step)));
    }
  }
}

async function attempt(check: () => Promise<string[]>): Promise<string[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof CaseError) return [error.message];
    throw error;
  }
}
