import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventMutants } from './event-mutants.ts';
import { lifeCycleMutants } from './life-cycle-mutants.ts';
import { orderMutants } from './order-mutants.ts';
import { refundMutants } from './refund-mutants.ts';
import { synthesise } from '../simulated-store.ts';
import { stockMutants } from './stock-mutants.ts';

const root = join(import.meta.dirname, '../../..');

/**
 * A mistake that somebody could make: one text of one source file replaced by another, and the start of the name of an
 * invariant that must then not hold. Without one, the change is harmless and all invariants must hold.
 */
export type Mutant = { file: string; from: string; to: string; detectedBy?: string };

export const mutants: Record<string, Mutant> = {
  ...orderMutants,
  ...lifeCycleMutants,
  ...refundMutants,
  ...stockMutants,
  ...eventMutants,
};

/** The source with the mistake in it. Throws if the text to replace is not there once: the code has moved on. */
export function mutatedSource({ file, from, to }: Mutant, checkout: string): string {
  const source = readFileSync(join(checkout, file), 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${file} does not have this text once: ${from}`);
  return source.replace(from, () => to);
}

/** Synthesises a copy of this checkout with the mistake in it; calls `use` with its directory and removes it after. */
export async function withMutant<T>(build: Mutant, use: (cdkOut: string) => Promise<T>): Promise<T> {
  const copy = mkdtempSync(join(tmpdir(), 'storeworks-broken-'));
  try {
    for (const part of ['functions', 'shared', 'infra', 'package.json', 'cdk.json']) {
      cpSync(join(root, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    writeFileSync(join(copy, build.file), mutatedSource(build, root));
    const cdkOut = join(copy, 'cdk.out');
    await synthesise(copy, cdkOut);
    return await use(cdkOut);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
