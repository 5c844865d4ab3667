import { parseArgs } from 'node:util';
import { startEngine } from '../../infra/local/engine.ts';

// An engine in a process of its own, for tests that kill it. Prints its credentials when it is ready.
const { values } = parseArgs({
  options: { cdkOut: { type: 'string', default: '' }, stateDirectory: { type: 'string', default: '' } },
});
const engine = await startEngine({ ...values, log: (line) => console.error(line) });
console.log(JSON.stringify(engine.credentials));
