import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { assemble } from '../../../infra/assembly.ts';

const root = join(import.meta.dirname, '../../..');

declare module 'vitest' {
  // eslint-disable-next-line typescript/consistent-type-definitions -- vitest is extended by merging its interface
  interface ProvidedContext {
    cdkOut: string;
  }
}

/** Synthesises the app once for all tests. They run the same template that is deployed. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('cdkOut', await assemble({ root, log: (line) => console.error(line) }));
}
