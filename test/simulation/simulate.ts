import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';
import { inParallel } from '../../shared/in-parallel.ts';
import { coverageGaps, coveringOrders } from './coverage.ts';
import { failureText, summaryOf } from './summary.ts';
import { type Mutant, mutantNames, mutants, withMutant } from './mutants/mutants.ts';
import { synthesise } from './simulated-store.ts';
import { simulate, type SimulationResult } from './simulation.ts';

const root = join(import.meta.dirname, '../..');
const usage =
  'npm run simulate -- [--seed 1] [--seeds 1] [--at-once 1] [--orders 300] [--minutes 60] [--mutant <name>|<group>|all] [--no-faults] [--verbose]';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    /** Seeds that run concurrently, each in its own process. */
    'at-once': { type: 'string', default: '1' },
    /** Internal: directory of the store that the parent process has synthesised. */
    'cdk-out': { type: 'string' },
    orders: { type: 'string', default: '300' },
    minutes: { type: 'string', default: '60' },
    mutant: { type: 'string' },
    'no-faults': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const orders = whole('orders', values.orders);
const first = whole('seed', values.seed);
const seeds = Array.from({ length: whole('seeds', values.seeds) }, (_, index) => first + index);

const isSuccessful = values.mutant === undefined ? await runSeeds() : await runMutants(values.mutant);
process.exitCode = isSuccessful ? 0 : 1;

async function runSeeds(): Promise<boolean> {
  const cdkOut = values['cdk-out'] ?? join(root, 'cdk.out/simulation');
  if (values['cdk-out'] === undefined) await synthesise(root, cdkOut);
  const concurrency = whole('at-once', values['at-once']);
  const failed: number[] = [];
  await inParallel(concurrency, seeds, async (seed) => {
    const isSound = await (concurrency > 1 ? runSeedInProcess(seed, cdkOut) : runSeed(seed, cdkOut));
    if (!isSound) failed.push(seed);
  });
  if (seeds.length > 1) {
    console.log(
      `All invariants hold for ${seeds.length - failed.length} of ${seeds.length} seeds; failed: ${failed.join(', ') || 'none'}`,
    );
  }
  return failed.length === 0;
}

async function runSeed(seed: number, cdkOut: string): Promise<boolean> {
  const result = await run(seed, cdkOut);
  const { violations } = result;
  const verdict = violations.length === 0 ? '  all invariants hold' : failureText({ seed, orders }, violations);
  const gaps = orders < coveringOrders || values['no-faults'] ? [] : coverageGaps(result);
  const lacks = gaps.map((gap) => `  the run lacks ${gap}\n`).join('');
  console.log(`Seed ${seed}\n${summaryOf(result)}\n${lacks}${verdict}`);
  return violations.length === 0 && gaps.length === 0;
}

/** Runs a seed in its own process and prints its output when it exits. */
async function runSeedInProcess(seed: number, cdkOut: string): Promise<boolean> {
  const options = ['--seed', String(seed), '--seeds', '1', '--at-once', '1', '--cdk-out', cdkOut];
  const args = [...process.execArgv, import.meta.filename, ...process.argv.slice(2), ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  console.log(output.trimEnd());
  return exitCode === 0;
}

/** Each mutant must violate its invariant. Mutants without an invariant must violate none. */
async function runMutants(wanted: string): Promise<boolean> {
  const names = mutantNames(wanted);
  const unexpected: string[] = [];
  for (const name of names) {
    const mutant = mutants[name];
    if (!mutant) continue;
    // An error of one mutant does not stop the others.
    const isExpected = await runMutant(name, mutant).catch((error: unknown) =>
      console.log(`${name}: ${String(error)}`),
    );
    if (!isExpected) unexpected.push(name);
  }
  console.log(
    `${names.length - unexpected.length} of ${names.length} as expected; not: ${unexpected.join(', ') || 'none'}`,
  );
  return unexpected.length === 0;
}

/** Runs a mutant with one seed after another until it is detected. A race does not occur in every run. */
function runMutant(mutantName: string, mutant: Mutant): Promise<boolean> {
  const { detectedBy } = mutant;
  return withMutant(mutant, async (cdkOut) => {
    for (const seed of seeds) {
      const { violations } = await run(seed, cdkOut);
      const names = violations.map(({ name }) => name);
      const isExpected =
        detectedBy === undefined ? names.length === 0 : names.some((name) => name.startsWith(detectedBy));
      console.log(
        `${isExpected ? 'as expected' : 'NOT DETECTED'}: ${mutantName}, seed ${seed}, breaks ${names.length} invariant(s)`,
      );
      for (const name of names) console.log(`    ${name}`);
      if (values.verbose) console.log(failureText({ seed, orders, mutant: mutantName }, violations));
      if (isExpected || detectedBy === undefined) return isExpected;
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
      hasFaults: !values['no-faults'],
      onOrder: () => bar.increment(),
      ...(values.verbose && { log: (line: string) => console.error(line) }),
    });
  } finally {
    bar.stop();
  }
}

function whole(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`--${name} must be a whole number of at least 1\n${usage}`);
  return number;
}
