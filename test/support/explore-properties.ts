/**
 * Runs the files with properties on inputs that `npm test` never draws. What it finds goes into the property's `examples`
 * with the mend, so that it is tried from then on.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const usage = 'npm run test:properties -- [--runs 1] [--seed <number>]';
const { values } = parseArgs({ options: { runs: { type: 'string', default: '1' }, seed: { type: 'string' } } });
const whole = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${text} is no whole number. Usage: ${usage}`);
  return Number(text);
};
const first = values.seed === undefined ? randomInt(2 ** 31) : whole(values.seed);
const seeds = Array.from({ length: whole(values.runs) }, (_, index) => first + index);

const root = join(import.meta.dirname, '../..');
const files = globSync('test/**/*.test.ts', { cwd: root }).filter((file) =>
  readFileSync(join(root, file), 'utf8').includes("from 'fast-check'"),
);
const broken = seeds.filter((seed) => {
  console.log(`Seed ${seed}`);
  const env = { ...process.env, PROPERTY_SEED: String(seed) };
  return spawnSync('vitest', ['run', '--project', 'unit', ...files], { cwd: root, env, stdio: 'inherit' }).status !== 0;
});
console.log(`${seeds.length - broken.length} of ${seeds.length} seeds hold; broken: ${broken.join(', ') || 'none'}`);
process.exitCode = broken.length === 0 ? 0 : 1;
