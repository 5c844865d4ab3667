import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { Manifest } from '../../../functions/nightly-metrics/reports/manifest.ts';
import { createRunStore } from '../../../functions/nightly-metrics/run/run-store.ts';
import { lakeKey } from '../../../shared/lake/lake-keys.ts';
import { lakeFile, orderCancelled } from './lake-files.ts';
import { cause, completions, scene, table } from './report-scene.ts';

describe('report run', () => {
  it('writes the files of the first version, then the manifest, then latest.json', async () => {
    const day = scene();
    day.journal(day.order(1000), day.order(250));
    day.journal(day.order(7));
    day.journal(day.order(3));
    const runId = await day.requestAndRun();
    expect(day.verifiedTotal()).toBe(1260);
    const { reports } = Manifest.parse(day.s3.json(`reports/${day.latest().manifest}`));
    const files = reports.flatMap((report) => report.files);
    const parquet = files.filter(({ file }) => file.endsWith('.parquet'));
    // The keys of the day's customers, its changes of stock, the files, the manifest, latest.json and the tables.
    expect(day.s3.writes).toHaveLength(files.length + 4 + parquet.length);
    expect(day.s3.writes.slice(0, 2)).toEqual([
      `reports/customers/dt=${day.date}.parquet`,
      `reports/stock/changes/dt=${day.date}.parquet`,
    ]);
    expect(day.s3.writes.slice(-2 - parquet.length, -parquet.length)).toEqual([
      `reports/daily/dt=${day.date}/v=1/manifest.json`,
      `reports/daily/dt=${day.date}/latest.json`,
    ]);
    const tables = day.s3.writes.slice(-parquet.length);
    expect(tables.every((key) => /^reports\/tables\/([a-z-]+)\/dt=[\d-]+\/\1\.parquet$/.test(key))).toBe(true);
    expect(day.latest()).toMatchObject({
      date: day.date,
      version: 1,
      manifest: `daily/dt=${day.date}/v=1/manifest.json`,
    });
    expect(await day.store.read(runId)).toMatchObject({ status: 'completed', version: 1, changed: true });
    expect(await completions(runId)).toEqual([{ runId, date: day.date, version: 1, changed: true }]);
  });

  it('names the engine, the SQL and every lake file of a version', async () => {
    const day = scene();
    day.journal(day.order());
    day.journal(day.order());
    await day.requestAndRun();
    const { engine, sqlDigest, input } = Manifest.parse(day.s3.json(`reports/${day.latest().manifest}`));
    expect(engine).toMatch(/^DuckDB v\d/);
    expect(sqlDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(input.inputs?.map(({ file, sha256 }) => [file.endsWith('.ndjson.gz'), sha256.length])).toEqual([
      [true, 64],
      [true, 64],
    ]);
  });

  it('counts a customer as new on the day of the first order, in whatever order the days are run', async () => {
    const day = scene();
    // As the journal writes it, without personal data.
    const by = (names: object) => {
      const { detail, ...rest } = day.order();
      return { ...rest, ...names, detail: { ...detail, data: { ...detail.data, customer: {} } } };
    };
    const before = new Date(Date.parse(day.date) - 86_400_000).toISOString().slice(0, 10);
    const first = JSON.stringify(by({ customer: 'cus_1', customerEmail: 'cus_mail' })).replaceAll(day.date, before);
    day.s3.objects.set(`lake/${lakeKey(before, 'a')}`, lakeFile(first));
    day.journal(by({ customer: 'cus_mail' }), by({ customer: 'cus_2' }), by({ customer: 'cus_2' }));
    await day.requestAndRun();
    const { reports } = Manifest.parse(day.s3.json(`reports/${day.latest().manifest}`));
    expect(reports.find(({ name }) => name === 'metrics-by-day')?.amounts['GBP']).toMatchObject({
      newCustomers: 1,
      repeatCustomers: 1,
      unknownCustomers: 0,
    });
  });

  it('reports zeros for a day without events', async () => {
    const day = scene();
    await day.requestAndRun();
    expect(day.verifiedTotal()).toBe(0);
    expect(Manifest.parse(day.s3.json(`reports/${day.latest().manifest}`)).input).toMatchObject({
      files: 0,
      events: 0,
    });
  });

  it('writes nothing when the figures equal the version in force', async () => {
    const day = scene();
    const order = day.order();
    day.journal(order);
    await day.requestAndRun();
    day.journal(order);
    const writes = day.s3.writes.length;
    const runId = await day.requestAndRun();
    expect(await day.store.read(runId)).toMatchObject({ status: 'completed', version: 1, changed: false });
    expect(day.s3.writes).toHaveLength(writes);
  });

  // Seen failing without `repairFiles`, and with the digest of the figures instead of the files.
  it('that is forced writes damaged files again under the same version, and a new version if a file is built otherwise', async () => {
    const day = scene();
    day.journal(day.order());
    await day.requestAndRun();
    const key = `reports/daily/dt=${day.date}/v=1/orders.csv`;
    const before = day.s3.text(key);
    day.s3.objects.set(key, Buffer.from('damaged'));
    day.s3.objects.delete(`reports/daily/dt=${day.date}/v=1/facts.parquet`);
    expect(await day.store.read(await day.requestAndRun())).toMatchObject({ version: 1, changed: false });
    expect(day.s3.text(key)).toBe('damaged');
    const forced = await day.requestAndRun(undefined, { force: true });
    expect(await day.store.read(forced)).toMatchObject({ version: 1, changed: false, force: true, repaired: 2 });
    expect([day.s3.text(key), day.verifiedTotal(), day.versions()]).toEqual([before, 1000, [1]]);
    const again = await day.requestAndRun(undefined, { force: true });
    expect(await day.store.read(again)).toMatchObject({ version: 1, changed: false, repaired: 0 });
    // As after a deployment with another page.
    const { inForce } = await day.store.readDay(day.date);
    await table.update(`DAY#${day.date}`, 'DAY', 'inForce', { ...inForce, files: 'of another page' });
    const other = await day.requestAndRun(undefined, { force: true });
    expect(await day.store.read(other)).toMatchObject({ version: 2, changed: true });
  });

  it('restates the day under a new version after late events, and keeps the old version', async () => {
    const day = scene();
    day.journal(day.order(1000));
    await day.requestAndRun();
    const before = day.s3.text(`reports/daily/dt=${day.date}/v=1/orders.csv`);
    day.journal(day.order(500));
    await day.requestAndRun();
    expect([day.latest().version, day.verifiedTotal(), day.versions()]).toEqual([2, 1500, [1, 2]]);
    expect(day.tableVersions()).toEqual(new Set([2]));
    expect(day.s3.text(`reports/daily/dt=${day.date}/v=1/orders.csv`)).toBe(before);
  });

  // Seen failing with the facts of the whole day as `moved`, and without the measure in the join of the causes.
  it('says how a version differs from the one before, and which events caused it', async () => {
    const day = scene();
    const [first, late] = [day.order(1000), day.order(500)];
    const cancelled = orderCancelled(first.detail.data);
    day.journal(first);
    await day.requestAndRun();
    expect(Manifest.parse(day.s3.json(`reports/${day.latest().manifest}`)).changes).toBeUndefined();
    day.journal(late, cancelled);
    await day.requestAndRun();
    const { changes, reports } = Manifest.parse(day.s3.json(`reports/${day.latest().manifest}`));
    const csv = day.s3.text(`reports/daily/dt=${day.date}/v=2/changes.csv`) ?? '';
    const lines = parse<Record<string, string>>(csv, { bom: true, columns: true });
    expect(changes).toEqual({ from: 1, lines: lines.length });
    expect(reports.at(-1)).toMatchObject({ name: 'changes', rows: lines.length });
    const [ofOrder = '', ofCancellation = ''] = [late, cancelled].map(({ detail }) => detail.metadata.eventId);
    const both = [ofOrder, ofCancellation].toSorted((a, b) => (a < b ? -1 : 1)).join(' ');
    const byChannel = { report: 'totals-by-channel', row: 'channel=storefront; currency=GBP' };
    const of = (report: string, column: string) =>
      lines.filter((line) => line['report'] === report && line['column'] === column);
    expect(of('totals-by-channel', 'grossSales')).toEqual([
      { ...byChannel, column: 'grossSales', before: '1000', after: '1500', events: '1', eventIds: ofOrder },
    ]);
    expect(of('totals-by-channel', 'grossReversals')).toEqual([
      { ...byChannel, column: 'grossReversals', before: '0', after: '1000', events: '1', eventIds: ofCancellation },
    ]);
    expect(of('totals-by-channel', 'netMinor')).toMatchObject([
      { before: '1000', after: '500', events: '2', eventIds: both },
    ]);
    expect(of('orders', 'row')).toEqual([
      {
        report: 'orders',
        row: `orderId=${late.detail.data.orderId}`,
        column: 'row',
        before: '',
        after: 'present',
        events: '1',
        eventIds: ofOrder,
      },
    ]);
    expect(lines.filter(({ report }) => report === 'orders')).toHaveLength(1);
    expect(of('order-changes', 'row')).toMatchObject([{ eventIds: ofCancellation }]);
    // A report in which nothing changed.
    expect(lines.filter(({ report }) => report === 'refunds')).toEqual([]);
  });

  it('is processed once, however often its message is delivered', async () => {
    const day = scene();
    const runId = await day.requestAndRun();
    const writes = day.s3.writes.length;
    await day.run(runId);
    expect(await completions(runId)).toHaveLength(1);
    expect(day.s3.writes).toHaveLength(writes);
  });

  it('shows its error, publishes nothing, and succeeds when it is retried', async () => {
    const day = scene();
    const runId = await day.request();
    const fails = day.run(runId, (moment, effect) => {
      if (moment === 'before' && effect === 'downloadReadableDay') throw new Error('the lake is gone');
    });
    await expect(fails).rejects.toThrow('the lake is gone');
    expect(await day.store.read(runId)).toMatchObject({ status: 'failed', error: 'the lake is gone' });
    expect(day.s3.writes).toEqual([]);
    await day.run(runId);
    expect(await day.store.read(runId)).not.toHaveProperty('error');
    expect(await completions(runId)).toHaveLength(1);
  });

  // Seen failing with `downloadDay`, and with the decompressed part of a damaged file.
  it('reports a corrupted and a truncated file, and counts the rest right, with a doubled file once', async () => {
    const day = scene();
    const put = (name: string, content: Buffer) => day.s3.objects.set(`lake/${lakeKey(day.date, name)}`, content);
    const good = lakeFile(day.order(1000), day.order(250));
    put('good', good);
    put('doubled', good);
    put('cut', lakeFile(day.order(), day.order()).subarray(0, -60));
    const corrupted = lakeFile(day.order());
    corrupted[corrupted.length - 8] = (corrupted.at(-8) ?? 0) ^ 1;
    put('wrong', corrupted);
    await day.requestAndRun();
    expect(day.verifiedTotal()).toBe(1250);
    const { input } = Manifest.parse(day.s3.json(`reports/${day.latest().manifest}`));
    expect(input).toMatchObject({ files: 2, lines: 4, events: 2, duplicates: 2 });
    expect(input.quarantined).toEqual(
      ['cut', 'wrong'].map((name) => ({ file: `${name}.ndjson.gz`, reason: 'damaged-file', rows: 1 })),
    );
  });

  it('is refused for an unknown id', async () => {
    await expect(scene().run('unknown')).rejects.toThrow('recorded before its event');
  });
});

describe('report run that crashes', () => {
  it.each([0, 1, 12])('after %d writes to the bucket is completed by its retry', async (puts) => {
    const day = scene();
    day.journal(day.order(1000));
    const runId = await day.request();
    day.s3.failAfter(puts);
    await expect(day.run(runId)).rejects.toThrow('the bucket is gone');
    expect(day.s3.text(`reports/daily/dt=${day.date}/latest.json`)).toBeUndefined();
    day.s3.failAfter(Infinity);
    await day.run(runId);
    expect([day.latest().version, day.verifiedTotal(), day.versions()]).toEqual([1, 1000, [1]]);
    expect(await completions(runId)).toEqual([{ runId, date: day.date, version: 1, changed: true }]);
  });

  it.each(['putTables', 'recordTables'])('before %s is completed by its retry', async (crashed) => {
    const day = scene();
    day.journal(day.order());
    const runId = await day.request();
    const crash = day.run(runId, (moment, effect) => {
      if (moment === 'before' && effect === crashed) throw new Error('crashed');
    });
    await expect(crash).rejects.toThrow('crashed');
    await day.run(runId);
    expect(day.tableVersions()).toEqual(new Set([1]));
    expect(await completions(runId)).toEqual([{ runId, date: day.date, version: 1, changed: true }]);
  });

  it('after some of its files is completed by another run under the same version', async () => {
    const day = scene();
    day.journal(day.order());
    const crashed = await day.request();
    await expect(
      day.run(crashed, (moment, effect) => {
        if (moment === 'before' && effect === 'putManifest') throw new Error('crashed');
      }),
    ).rejects.toThrow('crashed');
    const other = await day.requestAndRun();
    expect([day.latest().version, day.versions()]).toEqual([1, [1]]);
    await day.run(crashed);
    expect(await completions(other)).toEqual([{ runId: other, date: day.date, version: 1, changed: true }]);
    expect(await completions(crashed)).toEqual([{ runId: crashed, date: day.date, version: 1, changed: false }]);
  });
});

describe('concurrent report runs of one day', () => {
  it.each([[false], [true]])(
    'with equal figures write one version (bucket ignores conditions: %s)',
    async (ignoresConditions) => {
      const day = scene({ ignoresConditions });
      day.journal(day.order());
      const runs = await Promise.all([1, 2, 3, 4].map(() => day.requestAndRun()));
      expect([day.versions(), day.latest().version, day.verifiedTotal()]).toEqual([[1], 1, 1000]);
      const changed = (await Promise.all(runs.map((runId) => day.store.read(runId)))).map((run) => run?.changed);
      expect(changed.filter(Boolean)).toHaveLength(1);
    },
  );

  it('start over when another run claims a version after they read the day', async () => {
    const day = scene();
    day.journal(day.order(1000));
    let hasConflict = false;
    await day.requestAndRun(async (moment, effect) => {
      if (moment !== 'before' || effect !== 'claim' || hasConflict) return;
      hasConflict = true;
      day.journal(day.order(500));
      await day.requestAndRun();
    });
    expect([day.latest().version, day.verifiedTotal(), day.versions()]).toEqual([1, 1500, [1]]);
  });

  it.each([
    ['putFiles', false],
    ['putManifest', false],
    ['putInForce', false],
    ['putLatest', false],
    ['putLatest', true],
    ['putTables', false],
    ['recordTables', false],
  ])(
    'never set latest.json or the tables back when the older run stalls before %s (bucket ignores conditions: %s)',
    async (stalled, ignoresConditions) => {
      const day = scene({ ignoresConditions });
      day.journal(day.order(1000));
      let hasStalled = false;
      const older = await day.requestAndRun(async (moment, effect) => {
        if (moment !== 'before' || effect !== stalled || hasStalled) return;
        hasStalled = true;
        day.journal(day.order(500));
        await day.requestAndRun();
        expect(day.latest().version).toBe(2);
      });
      expect(day.tableVersions()).toEqual(new Set([2]));
      expect([day.latest().version, day.verifiedTotal(), day.versions()]).toEqual([2, 1500, [1, 2]]);
      expect(await day.store.read(older)).toMatchObject({ status: 'completed', version: 1, changed: true });
      const again = await day.requestAndRun();
      expect(await day.store.read(again)).toMatchObject({ version: 2, changed: false });
    },
  );
});

describe('run store', () => {
  it('returns the same run for a repeated request', async () => {
    const store = createRunStore(table.db, table.table);
    const first = await store.request('nightly-2011-06-15', '2011-06-15', cause);
    const again = await store.request('nightly-2011-06-15', '2011-06-15', { ...cause, now: cause.now + 1000 });
    expect([first.isNew, again.isNew]).toEqual([true, false]);
    expect(again.run).toEqual(first.run);
    expect(await table.events('RUN#nightly-2011-06-15')).toEqual([
      { type: 'ReportRunRequested', data: { runId: 'nightly-2011-06-15', date: '2011-06-15' } },
    ]);
  });
});
