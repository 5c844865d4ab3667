import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { assemble } from './assembly.ts';
import { fillWithDemo } from './demo/demo.ts';
import { StartError } from './local/start-error.ts';
import { type LocalStore, startLocalStore } from './local-store.ts';

const root = join(import.meta.dirname, '..');
const log = (line: string) => console.error(line);
const demoData = 'test/data/online-retail/sample-year.csv.gz';

const advice = {
  'port-in-use': 'Choose another one: PORT=3100 npm start',
  'incompatible-state': 'Empty the state with: npm start -- --fresh',
  'no-assembly': 'Synthesise it with: npm run synth',
};

// What this process and its database write is for its user only. Worker threads cannot set it.
process.umask(0o077);

try {
  const { app, assemblies, demo, ...options } = readOptions();
  const cdkOut = app ?? (await synthesise(assemblies));
  const store = await startLocalStore({ ...options, cdkOut, log });
  announce(store);
  const leaving = stopOnSignal(store);
  if (demo) await addDemo(store, leaving);
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.code ? `${error.message} ${advice[error.code]}` : error.message);
  process.exit(1);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      fresh: { type: 'boolean', default: false },
      /** Fills the store with a month of orders; it may be repeated. */
      demo: { type: 'boolean', default: false },
      state: { type: 'string', default: join(root, '.local') },
      /** Refuses AWS requests that other access keys than those of the credentials file sign. */
      'issued-keys': { type: 'boolean', default: false },
      /** Directory of an app that was synthesised before, as for `cdk --app`. */
      app: { type: 'string' },
      /** Directory of the assemblies that later starts reuse. */
      assemblies: { type: 'string' },
    },
  });
  const port = Number(process.env.PORT ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new StartError(`PORT must be a number from 0 to 65535, not ${process.env.PORT}.`);
  }
  const { fresh, demo, state, app, assemblies, 'issued-keys': issuedKeys } = values;
  return { fresh, demo, port, stateDirectory: state, app, assemblies, acceptsOtherKeys: !issuedKeys };
}

async function synthesise(folder: string | undefined): Promise<string> {
  try {
    return await assemble({ root, folder, log });
  } catch (error) {
    throw new StartError(`The CDK app does not synthesise: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function announce({ credentials, context }: LocalStore): void {
  const file = join(context.state.directory, 'credentials.json');
  console.log(`Storeworks runs at ${credentials.apiUrl}

  Interface     ${credentials.apiUrl}/docs
  Console       ${credentials.apiUrl}/console  (people and passwords: "people" of the credentials)
  Tokens        ${credentials.tokenEndpoint}
  AWS services  ${credentials.gatewayUrl}  (S3, SQS, EventBridge, Scheduler, Lambda, DynamoDB)
  Reports       s3://${credentials.reportsBucket}
  Credentials   ${file}

Try it:
  curl -s ${credentials.tokenEndpoint} -d grant_type=client_credentials \\
    -u $(node -p "const c = JSON.parse(fs.readFileSync('${file}')).clients.storefront; c.clientId + ':' + c.clientSecret")

Fill it with a month of orders, refunds, promotions and reports:
  npm start -- --demo

Load a year of orders from a real store, in a second terminal:
  npm run replay -- ${demoData}

Ctrl-C stops it. npm start resumes with the same data; npm start -- --fresh starts with none.`);
}

async function addDemo(store: LocalStore, leaving: AbortSignal): Promise<void> {
  const started = performance.now();
  console.log('\nThe demo fills the store. Ctrl-C leaves it; npm start -- --demo continues.');
  try {
    await fillWithDemo(store, leaving);
  } catch (error) {
    if (leaving.aborted) return;
    console.error(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`);
    return;
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`The demo is complete, in ${seconds} s: ${store.credentials.apiUrl}/console`);
}

/** Returns a signal that aborts when the store is about to stop. */
function stopOnSignal(store: LocalStore): AbortSignal {
  const leaving = new AbortController();
  const stop = () => {
    if (leaving.signal.aborted) process.exit(130);
    leaving.abort();
    void store.stop().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return leaving.signal;
}
