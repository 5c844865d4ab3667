import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';
import { inParallel } from '../../shared/in-parallel.ts';
import { failureText, summaryOf } from './summary.ts';
import { type Mutant, mutants, withMutant } from './mutants/mutants.ts';
import { synthesise } from './simulated-store.ts';
import { simulate, type SimulationResult } from './simulation.ts';

const root = join(import.meta.dirname, '../..');
const usage =
  'npm run simulate -- [--seed 1] [--seeds 1] [--at-once 1] [--orders 300] [--minutes 60] [--broken <name>|all] [--calm] [--verbose]';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    /** How many seeds at the same time, each in a process of its own. */
    'at-once': { type: 'string', default: '1' },
    /** The simulated store, of a process that has synthesised it. */
    'cdk-out': { type: 'string' },
    orders: { type: 'string', default: '300' },
    minutes: { type: 'string', default: '60' },
    broken: { type: 'string' },
    calm: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const orders = whole('orders', values.orders);
const first = whole('seed', values.seed);
const seeds = Array.from({ length: whole('seeds', values.seeds) }, (_, index) => first + index);

const isGood = values.broken === undefined ? await soundRuns() : await brokenRuns(values.broken);
process.exitCode = isGood ? 0 : 1;

async function soundRuns(): Promise<boolean> {
  const cdkOut = values['cdk-out'] ?? join(root, 'cdk.out/simulation');
  if (values['cdk-out'] === undefined) await synthesise(root, cdkOut);
  const atOnce = whole('at-once', values['at-once']);
  const broken: number[] = [];
  await inParallel(atOnce, seeds, async (seed) => {
    const holds = await (atOnce > 1 ? holdsOnItsOwn(seed, cdkOut) : seedHolds(seed, cdkOut));
    if (!holds) broken.push(seed);
  });
  if (seeds.length > 1) {
    console.log(
      `${seeds.length - broken.length} of ${seeds.length} seeds hold; broken: ${broken.join(', ') || 'none'}`,
    );
  }
  return broken.length === 0;
}

async function seedHolds(seed: number, cdkOut: string): Promise<boolean> {
  const result = await run(seed, cdkOut);
  const { violations } = result;
  const verdict = violations.length === 0 ? '  all invariants hold' : failureText({ seed, orders }, violations);
  console.log(`Seed ${seed}\n${summaryOf(result)}\n${verdict}`);
  return violations.length === 0;
}

/** The same in a process of its own, which is heard out before its words are repeated. */
async function holdsOnItsOwn(seed: number, cdkOut: string): Promise<boolean> {
  const own = ['--seed', String(seed), '--seeds', '1', '--at-once', '1', '--cdk-out', cdkOut];
  const again = [...process.execArgv, import.meta.filename, ...process.argv.slice(2), ...own];
  const child = spawn(process.execPath, again, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  console.log(said.trimEnd());
  return exitCode === 0;
}

/** Each mistake must be found, by the invariant that is there for it; what is harmless must pass. */
async function brokenRuns(name: string): Promise<boolean> {
  const names = name === 'all' ? Object.keys(mutants) : [name];
  const missed: string[] = [];
  for (const broken of names) {
    const build = mutants[broken];
    if (!build)
      throw new Error(`There is no broken build ${broken}; there are ${Object.keys(mutants).join(', ')}`);
    // What becomes of one says nothing of the others.
    const isFound = await brokenRun(broken, build).catch((error: unknown) =>
      console.log(`${broken}: ${String(error)}`),
    );
    if (!isFound) missed.push(broken);
  }
  console.log(`${names.length - missed.length} of ${names.length} as expected; not: ${missed.join(', ') || 'none'}`);
  return missed.length === 0;
}

/** Runs a broken build with one seed after the other until the mistake shows: a race is not lost in every run. */
function brokenRun(broken: string, build: Mutant): Promise<boolean> {
  const { detectedBy } = build;
  return withMutant(build, async (cdkOut) => {
    for (const seed of seeds) {
      const { violations } = await run(seed, cdkOut);
      const names = violations.map(({ name }) => name);
      const isFound = detectedBy === undefined ? names.length === 0 : names.some((broke) => broke.startsWith(detectedBy));
      console.log(
        `${isFound ? 'as expected' : 'NOT FOUND'}: ${broken}, seed ${seed}, breaks ${names.length} invariant(s)`,
      );
      for (const broke of names) console.log(`    ${broke}`);
      if (values.verbose) console.log(failureText({ seed, orders, broken }, violations));
      if (isFound || detectedBy === undefined) return isFound;
    }
    return false;
  });
}

async function run(seed: number, cdkOut: string): Promise<SimulationResult> {
  const bar = new SingleBar(
    { format: `seed ${seed} {bar} {value}/{total} orders, {duration_formatted}` },
    Presets.rect,
  );
  if (process.stdout.isTTY) bar.start(orders, 0);
  try {
    return await simulate({
      seed,
      orders,
      cdkOut,
      minutes: whole('minutes', values.minutes),
      hasFaults: !values.calm,
      onOrder: () => bar.increment(),
      ...(values.verbose && { log: (line: string) => console.error(line) }),
    });
  } finally {
    bar.stop();
  }
}

function whole(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} is a whole number from 1\n${usage}`);
  return number;
}
