import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { daysFrom } from '../../../shared/business-day.ts';
import type { EventOf } from '../../../shared/contracts/define-event.ts';
import type { ReportBundleRequested } from '../../../shared/contracts/reports/events.ts';
import { maxRangeDays } from '../../../shared/contracts/reports/routes.ts';
import type { PublishedStore } from '../../../shared/reports/publishing/published-store.ts';
import type { Published } from './published.ts';
import type { BundleFileStore } from './bundle-file-store.ts';
import type { BundleStore } from './bundle-store.ts';

type Parts = {
  bundles: Pick<BundleStore, 'complete'>;
  files: Pick<BundleFileStore, 'open' | 'store'>;
  published: Pick<PublishedStore<Published>, 'inForce'>;
  /** Where the zip file is written before it is stored. */
  directory: string;
  clock: () => number;
};

/** Written by people's programs: the same content is in `tables/`. */
const isLeftOut = (file: string) => file.endsWith('.parquet');

/**
 * Makes the zip file of a bundle: files are read one after another, so that memory does not grow with the period. Repetitions
 * replace the zip file with the versions in force then.
 */
export const makeBundle =
  ({ bundles, files, published, directory, clock }: Parts) =>
  async ({ detail: { metadata, data } }: EventOf<typeof ReportBundleRequested>): Promise<void> => {
    const { bundleId, from, to } = data;
    const path = join(directory, `${metadata.eventId}.zip`);
    try {
      const zip = new ZipFile();
      const written = pipeline(zip.outputStream, createWriteStream(path));
      const versions: { date: string; version: number; files: number }[] = [];
      const missing: string[] = [];
      const adding = (async () => {
        for (const date of daysFrom(from, to, maxRangeDays)) {
          const day = await published.inForce(date);
          if (!day) {
            missing.push(date);
            continue;
          }
          const own = day.reports.flatMap((report) => report.files.map(({ file }) => file));
          const names = ['manifest.json', ...own.filter((file) => !isLeftOut(file))];
          for (const name of names) {
            const key = day.manifest.replace(/[^/]*$/, name);
            await added(zip, `${date}/${name}`, new Date(day.writtenAt), () => files.open(key));
          }
          versions.push({ date, version: day.version, files: names.length });
        }
        const summary = JSON.stringify({ from, to, days: versions, daysWithoutReports: missing }, undefined, 2);
        zip.addBuffer(Buffer.from(summary), 'bundle.json');
        zip.end();
      })();
      // A failure of one part ends both: the stream would wait for an end that never comes.
      await Promise.all([adding, written]);
      const bytes = await files.store(bundleId, path);
      await bundles.complete(bundleId, {
        days: versions.length,
        files: 1 + versions.reduce((sum, day) => sum + day.files, 0),
        bytes,
        completedAt: new Date(clock()).toISOString(),
      });
    } finally {
      await rm(path, { force: true });
    }
  };

/** Adds a file and waits until it was read, so that one file is open at a time. */
const added = async (zip: ZipFile, name: string, mtime: Date, open: () => ReturnType<BundleFileStore['open']>) => {
  const content = await open();
  await new Promise<void>((resolve, reject) => {
    content.once('end', resolve).once('error', reject);
    zip.addReadStream(content, name, { mtime });
  });
};
