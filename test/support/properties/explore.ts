/**
 * Runs the property tests with seeds that `npm test` does not use. Add each counterexample to the property's `examples`
 * together with the fix, so that `npm test` covers it.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const usage = 'npm run test:properties -- [--runs 1] [--seed <number>]';
const { values } = parseArgs({ options: { runs: { type: 'string', default: '1' }, seed: { type: 'string' } } });
const integer = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${text} is not a whole number. Usage: ${usage}`);
  return Number(text);
};
const first = values.seed === undefined ? randomInt(2 ** 31) : integer(values.seed);
const seeds = Array.from({ length: integer(values.runs) }, (_, index) => first + index);

const root = join(import.meta.dirname, '../../..');
const files = globSync('test/**/*.test.ts', { cwd: root }).filter((file) =>
  readFileSync(join(root, file), 'utf8').includes("from 'fast-check'"),
);
const failedSeeds = seeds.filter((seed) => {
  console.log(`Seed ${seed}`);
  const env = { ...process.env, PROPERTY_SEED: String(seed) };
  return spawnSync('vitest', ['run', '--project', 'unit', ...files], { cwd: root, env, stdio: 'inherit' }).status !== 0;
});
console.log(
  `${seeds.length - failedSeeds.length} of ${seeds.length} seeds passed; failed: ${failedSeeds.join(', ') || 'none'}`,
);
process.exitCode = failedSeeds.length === 0 ? 0 : 1;
