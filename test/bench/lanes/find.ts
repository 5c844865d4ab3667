import { type ApiClient, createApiClient } from '../../support/system/api-client.ts';
import { customerOf, type LoadedOffice, ordersOfCustomers, ordersPerSet, startLoadedOffice } from '../loaded-office.ts';
import { ms, percentile, timed } from '../numbers.ts';

/** Sets of customers, 2,502 and 250,200 orders. */
const sizes = [9, 900];
const rounds = 4;
const requestsPerRound = 300;
const clients = 2;
const deepPage = 50;

type Query = { name: string; paths: string[]; aim?: number };
type Side = {
  orders: number;
  admin: ApiClient;
  queries: Query[];
  latencies: number[][];
  /** Per request of each query. */
  readUnits: number[];
};

/** Alternates order queries on a large history and on one with a hundredth of its orders. */
export async function find(): Promise<void> {
  const offices: LoadedOffice[] = [];
  try {
    for (const sets of sizes) offices.push(await startLoadedOffice(sets));
    const sides: Side[] = [];
    for (const office of offices) {
      const { credentials, sets } = office;
      const admin = createApiClient(credentials, 'admin', clients);
      await checkWholeHistory(admin, customerOf(sets - 1, 200));
      const queries = await queriesOf(admin, sets);
      const readUnits: number[] = [];
      for (const query of queries) readUnits.push(await unitsOf(office, admin, query));
      const latencies = queries.map(() => []);
      sides.push({ orders: sets * ordersPerSet, admin, queries, latencies, readUnits });
    }
    // The first round is a warm-up.
    for (let round = 0; round <= rounds; round += 1) {
      for (const index of sides[0]?.queries.keys() ?? []) {
        for (const side of sides) await measure(side, index, round > 0);
      }
    }
    report(sides);
    await Promise.all(sides.map(({ admin }) => admin.close()));
  } finally {
    await Promise.all(offices.map((office) => office.stop()));
  }
}

async function measure({ admin, queries, latencies }: Side, index: number, isCounted: boolean): Promise<void> {
  const paths = queries[index]?.paths ?? [];
  const offset = Math.floor(Math.random() * paths.length);
  const measured = await timed(clients, requestsPerRound, async (request) => {
    await get(admin, paths[(offset + request) % paths.length] ?? '');
  });
  if (isCounted) latencies[index]?.push(...measured.latencies);
}

/** Read units per request, over one customer of each kind. */
async function unitsOf(office: LoadedOffice, admin: ApiClient, { paths }: Query): Promise<number> {
  const sample = paths.slice(0, ordersOfCustomers.length);
  office.begin();
  for (const path of sample) await get(admin, path);
  const { functions } = await office.tally();
  return functions.reduce((sum, { readUnits }) => sum + readUnits, 0) / sample.length;
}

async function get(admin: ApiClient, path: string) {
  const response = await admin.get(path);
  if (response.status !== 200) throw new Error(`GET ${path} returned ${response.status}: ${response.text}`);
  return response.body as { orders: { orderId: string; placedAt: string }[]; cursor?: string };
}

/** The same kinds of queries at both sizes; the large history has more customers and days. */
async function queriesOf(admin: ApiClient, sets: number): Promise<Query[]> {
  const someSets = Array.from({ length: Math.min(sets, 100) }, (_, index) =>
    Math.floor((index * sets) / Math.min(sets, 100)),
  );
  const customers = someSets.flatMap((set) => ordersOfCustomers.map((orders) => customerOf(set, orders)));
  const large = someSets.slice(0, 9).map((set) => `/orders?limit=4&customerId=${customerOf(set, 200)}`);
  const newest = await get(admin, '/orders?limit=100&status=placed');
  const day = newest.orders.at(-1)?.placedAt.slice(0, 10) ?? '';
  const status = '/orders?limit=20&status=placed';
  const deep = async (paths: string[]) => {
    const found: string[] = [];
    for (const path of paths) found.push(await pathOfPage(admin, path, deepPage));
    return found;
  };
  return [
    { name: 'customerId=', paths: customers.map((id) => `/orders?customerId=${id}`), aim: 1.5 },
    { name: 'customerId=, 4 a page, page 1', paths: large },
    { name: `customerId=, 4 a page, page ${deepPage}`, paths: await deep(large) },
    { name: 'status=, 20 a page, page 1', paths: [status] },
    { name: `status=, 20 a page, page ${deepPage}`, paths: await deep([status]) },
    { name: 'day=', paths: [`/orders?day=${day}`] },
  ];
}

async function pathOfPage(admin: ApiClient, path: string, page: number): Promise<string> {
  let wanted = path;
  for (let at = 1; at < page; at += 1) {
    const { cursor } = await get(admin, wanted);
    if (cursor === undefined) throw new Error(`${path} has only ${at} pages`);
    wanted = `${path}&cursor=${encodeURIComponent(cursor)}`;
  }
  return wanted;
}

/** Checks that the pages of a customer's 200 orders contain each once, newest first. */
async function checkWholeHistory(admin: ApiClient, customer: string): Promise<void> {
  const seen: { orderId: string; placedAt: string }[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await get(admin, `/orders?limit=7&customerId=${customer}${from}`);
    seen.push(...page.orders);
    ({ cursor } = page);
  } while (cursor !== undefined);
  const times = seen.map(({ placedAt }) => Date.parse(placedAt));
  const isInOrder = times.every((time, index) => index === 0 || time < (times[index - 1] ?? 0));
  if (new Set(seen.map(({ orderId }) => orderId)).size !== 200 || seen.length !== 200 || !isInOrder) {
    throw new Error(
      `${customer} has ${seen.length} orders instead of 200, has duplicates, or is not sorted newest first`,
    );
  }
}

function report(sides: Side[]): void {
  const [small, large] = sides;
  if (!small || !large) return;
  console.log(
    `Finding orders, ${clients} clients, ${rounds} rounds of ${requestsPerRound}; p50, p99 and read units per request`,
  );
  console.log(
    `  ${''.padEnd(34)}${sides.map(({ orders }) => `${orders} orders`.padStart(30)).join('')}   p99 over p99`,
  );
  for (const [index, { name, aim }] of small.queries.entries()) {
    const at = ({ latencies }: Side, share: number) => percentile(latencies[index] ?? [], share);
    const cellOf = (side: Side) =>
      `${ms(at(side, 0.5))}, ${ms(at(side, 0.99))}, ${side.readUnits[index]?.toFixed(1)} RU`.padStart(30);
    const cells = sides.map(cellOf).join('');
    const ratio = (at(large, 0.99) / at(small, 0.99)).toFixed(2);
    console.log(`  ${name.padEnd(34)}${cells}   ${ratio}${aim === undefined ? '' : `  (aim: at most ${aim})`}`);
  }
}
