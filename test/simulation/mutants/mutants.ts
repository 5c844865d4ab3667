import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventMutants } from './event-mutants.ts';
import { lifeCycleMutants } from './life-cycle-mutants.ts';
import { orderMutants } from './order-mutants.ts';
import { promotionMutants } from './promotion-mutants.ts';
import { refundMutants } from './refund-mutants.ts';
import { synthesise } from '../simulated-store.ts';
import { stockMutants } from './stock-mutants.ts';

const root = join(import.meta.dirname, '../../..');

/**
 * A defect made on purpose: in `file`, the text `from` is replaced by `to`. `detectedBy` is the start of the name of a
 * checker that must report violations. Without it, the mutant is harmless and every invariant must hold.
 */
export type Mutant = { file: string; from: string; to: string; detectedBy?: string };

/** By subject. */
const mutantGroups: Record<string, Record<string, Mutant>> = {
  orders: orderMutants,
  'life-cycle': lifeCycleMutants,
  refunds: refundMutants,
  stock: stockMutants,
  events: eventMutants,
  promotions: promotionMutants,
};
export const mutants: Record<string, Mutant> = Object.assign({}, ...Object.values(mutantGroups));

/** The names of all mutants, of those of a group, or one name. Throws if there is none. */
export function mutantNames(name: string): string[] {
  const found = name === 'all' ? mutants : (mutantGroups[name] ?? (mutants[name] && { [name]: mutants[name] }));
  if (found) return Object.keys(found);
  const known = ['all', ...Object.keys(mutantGroups), ...Object.keys(mutants)];
  throw new Error(`There is no mutant or group ${name}. There are ${known.join(', ')}`);
}

/** The mutated source. Throws if `from` does not occur exactly once, as after a change of the code. */
export function mutatedSource({ file, from, to }: Mutant, checkout: string): string {
  const source = readFileSync(join(checkout, file), 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${file} does not contain this text exactly once: ${from}`);
  return source.replace(from, () => to);
}

/** Synthesises a mutated copy of this checkout, calls `use` with the directory of its assembly, and removes the copy. */
export async function withMutant<T>(mutant: Mutant, use: (cdkOut: string) => Promise<T>): Promise<T> {
  const copy = mkdtempSync(join(tmpdir(), 'storeworks-mutant-'));
  try {
    for (const part of ['functions', 'shared', 'infra', 'package.json', 'cdk.json']) {
      cpSync(join(root, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    writeFileSync(join(copy, mutant.file), mutatedSource(mutant, root));
    const cdkOut = join(copy, 'cdk.out');
    await synthesise(copy, cdkOut);
    return await use(cdkOut);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
