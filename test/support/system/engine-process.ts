import { parseArgs } from 'node:util';
import { startLocalStore } from '../../../infra/local-store.ts';

// Runs the engine in a separate process, for tests that kill it. Prints the credentials as JSON once it is ready.
const { values } = parseArgs({
  options: { cdkOut: { type: 'string', default: '' }, stateDirectory: { type: 'string', default: '' } },
});
const engine = await startLocalStore({ ...values, log: (line) => console.error(line) });
console.log(JSON.stringify(engine.credentials));
