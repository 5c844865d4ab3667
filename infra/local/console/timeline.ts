import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalContext } from '../context.ts';
import { type Html, html } from './html.ts';
import { page, table, type Viewer } from './page.ts';

/** Bytes at the end of each log that are searched. */
const searchedBytes = 4 * 1024 * 1024;
const maxLines = 500;

type Line = { time: string; from: string; level: string; message: string; rest: string };

/** The log lines with a correlation id, of all functions, by time. */
export function timelinePage({ state }: LocalContext, viewer: Viewer, id: string): Html {
  const lines = /^[\w.:-]{4,128}$/.test(id) ? linesWith(join(state.directory, 'logs'), id) : [];
  const rows = lines.map(({ time, from, level, message, rest }) => [
    time,
    from,
    level,
    message,
    html`<code>${rest}</code>`,
  ]);
  return page(
    viewer,
    viewer.text('timeline'),
    html`<form>
        <label for="id">${viewer.text('correlationId')}</label> <input id="id" name="id" value="${id}" size="40" />
        <button>${viewer.text('show')}</button>
      </form>
      ${id === '' ? undefined : table(viewer, ['time', 'function', 'level', 'message', 'inputs'], rows)}`,
  );
}

function linesWith(directory: string, id: string): Line[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .flatMap((file) =>
      endOf(join(directory, file))
        .split('\n')
        .filter((line) => line.includes(id))
        .map((line) => parsed(line, file.replace(/\.log$/, ''))),
    )
    .toSorted((a, b) => a.time.localeCompare(b.time))
    .slice(0, maxLines);
}

function endOf(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const length = Math.min(size, searchedBytes);
    const buffer = Buffer.alloc(length);
    readSync(descriptor, buffer, 0, length, size - length);
    return buffer.toString();
  } finally {
    closeSync(descriptor);
  }
}

/** Members of every line, which the other columns have or nobody reads. */
const omitted = new Set([
  'timestamp',
  'level',
  'message',
  'service',
  'function_name',
  'function_arn',
  'function_memory_size',
  'cold_start',
  'sampling_rate',
  'xray_trace_id',
  'correlationId',
]);

function parsed(line: string, from: string): Line {
  const entry = jsonObject(line.slice(Math.max(0, line.indexOf('{'))));
  const rest = Object.fromEntries(Object.entries(entry).filter(([name]) => !omitted.has(name)));
  return {
    time: textOf(entry['timestamp']),
    from,
    level: textOf(entry['level']),
    message: textOf(entry['message']) || line.slice(0, 500),
    rest: JSON.stringify(rest).slice(0, 2000),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function jsonObject(candidate: string): Record<string, unknown> {
  try {
    return { ...Object(JSON.parse(candidate)) };
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
