import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Alarms } from '../alarms/alarms.ts';
import type { Automation } from '../automation/automation.ts';
import type { LocalContext } from '../context.ts';
import type { AwsService } from '../gateway/aws-call.ts';
import type { Iam } from '../iam/iam.ts';
import type { Lambda } from '../lambda/lambda.ts';
import { createAutomationPages } from './automations.ts';
import { caller } from './aws.ts';
import { createDashboards, Press } from './dashboards.ts';
import type { Html } from './html.ts';
import { languageOf, languages } from './messages.ts';
import { page, signInPage, type Viewer, viewerOf } from './page.ts';
import { permitsBy } from './permits.ts';
import { createResourcePages } from './resources.ts';
import { cookieIn, type Sessions } from './sessions.ts';
import { timelinePage } from './timeline.ts';

type Parts = {
  sessions: Sessions;
  automation: Automation;
  alarms: Alarms;
  lambda: Pick<Lambda, 'invoke'>;
  iam: Pick<Iam, 'allows'>;
  sqs: AwsService;
  s3: AwsService;
};

type Answer = { status: number; headers?: Record<string, string>; body: string | Buffer };

const files: Readonly<Record<string, string>> = { 'console.css': 'text/css', 'console.js': 'text/javascript' };
const maxFormBytes = 1024 * 1024;

/** A page loads nothing of others and runs no script but its own, also if a function returns one. */
const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  // With `no-referrer`, browsers send the origin `null` with forms, which is not that of the console.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** The pages below `/console`: a part of the AWS console for the template, for people who are signed in. */
export function createConsole(context: LocalContext, parts: Parts): RequestListener {
  const { sessions, automation, alarms, lambda } = parts;
  const permits = permitsBy(parts.iam);
  const aws = caller({ sqs: parts.sqs, s3: parts.s3 });
  const dashboards = createDashboards(context, { lambda, permits, alarmState: alarms.stateOf });
  const automations = createAutomationPages(context, { automation, permits });
  const resources = createResourcePages(context, { aws, lambda, permits, alarms });

  async function get(viewer: Viewer, [section = '', name = '', part = '']: string[], query: URLSearchParams) {
    const value = (key: string) => query.get(key) ?? '';
    switch (section) {
      case '':
      case 'dashboards':
        return name ? dashboards.show(viewer, name) : dashboards.list(viewer);
      case 'automations':
        return name ? automations.form(viewer, name, Object.fromEntries(query)) : automations.list(viewer);
      case 'executions':
        return name ? automations.execution(viewer, name) : automations.executions(viewer);
      case 'queues':
        return resources.queues(viewer);
      case 'functions':
        return name ? resources.function(viewer, name, value('event')) : resources.functions(viewer);
      case 'schedules':
        return resources.schedules(viewer);
      case 'alarms':
        return resources.alarms(viewer);
      case 'buckets':
        if (part === 'object') return resources.object(viewer, name, value('key'));
        return name ? resources.bucket(viewer, name, value('prefix')) : resources.buckets(viewer);
      case 'timeline':
        return timelinePage(context, viewer, value('id'));
      default:
        return undefined;
    }
  }

  async function post(
    viewer: Viewer,
    [section = '', name = '', part = '']: string[],
    form: Record<string, string>,
  ): Promise<Answer | undefined> {
    if (section === 'automations') return outcome(automations.start(viewer, name, form));
    if (section === 'executions' && part === 'decision') return outcome(automations.decide(viewer, name, form));
    if (section === 'queues' && part === 'redrive') {
      const notice = await resources.redrive(viewer, name);
      return notice === undefined ? redirect('/console/queues') : shown(await resources.queues(viewer, notice), 403);
    }
    if (section === 'functions') {
      const result = await resources.invoke(viewer, name, form['event'] ?? '{}');
      return result && shown(result);
    }
    return undefined;
  }

  const respond = async (request: IncomingMessage): Promise<Answer> => {
    const url = new URL(request.url ?? '/', 'http://console');
    const path = url.pathname.split('/').slice(2).map(decodeURIComponent);
    const [section = ''] = path;
    const { cookie } = request.headers;
    const language = languageOf(cookieIn(cookie, 'console-language') ?? request.headers['accept-language'] ?? '');
    const type = Object.hasOwn(files, section) ? files[section] : undefined;
    if (type !== undefined) {
      const body = readFileSync(join(import.meta.dirname, section));
      return { status: 200, headers: { 'content-type': `${type}; charset=utf-8` }, body };
    }
    if (section === 'sign-in') {
      const begun = sessions.begin(`http://${request.headers.host}/console`);
      return begun ? redirect(begun.location, begun.cookie) : shown(signInPage(language), 404);
    }
    const [code, state] = [url.searchParams.get('code'), url.searchParams.get('state')];
    if (section === '' && code !== null && state !== null) {
      const signedIn = await sessions.complete(code, state, cookie);
      return signedIn === undefined
        ? shown(signInPage(language, 'signInFailed'), 403)
        : redirect('/console/dashboards', signedIn);
    }
    const session = sessions.find(cookie);
    if (!session) return shown(signInPage(language), 401);
    const viewer = viewerOf(session, language);
    const notFound = () => shown(page(viewer, viewer.text('notFound'), ''), 404);
    if (request.method === 'GET' || request.method === 'HEAD') {
      const found = await get(viewer, path, url.searchParams);
      if (Buffer.isBuffer(found)) return { status: 200, headers: downloadHeaders, body: found };
      return found ? shown(found) : notFound();
    }
    if (request.method !== 'POST' || !isOwnPage(request))
      return shown(page(viewer, viewer.text('notAllowed'), ''), 403);
    const body = await bodyOf(request);
    if (section === 'widget') {
      if (request.headers['x-csrf-token'] !== session.csrfToken)
        return shown(page(viewer, viewer.text('notAllowed'), ''), 403);
      const press = Press.safeParse(JSON.parse(body));
      return press.success ? shown(await dashboards.press(viewer, press.data)) : { status: 400, body: '' };
    }
    const { csrf, ...form } = Object.fromEntries(new URLSearchParams(body));
    if (csrf !== session.csrfToken) return shown(page(viewer, viewer.text('notAllowed'), ''), 403);
    if (section === 'sign-out') {
      return redirect('/console', sessions.signOut(cookie));
    }
    if (section === 'language') {
      const chosen = Object.keys(languages).find((code) => code === form['language']) ?? 'en';
      const set = `console-language=${chosen}; Path=/console; SameSite=Strict; Max-Age=31536000`;
      return redirect('/console', set);
    }
    return (await post(viewer, path, form)) ?? notFound();
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const {
      status,
      headers = {},
      body,
    } = await respond(request).catch((error: unknown): Answer => {
      context.log(`The console failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return { status: 500, body: 'The console failed; see the log of the engine.' };
    });
    response.writeHead(status, { ...securityHeaders, 'content-type': 'text/html; charset=utf-8', ...headers });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  return (request, response) => void serve(request, response);
}

const downloadHeaders = { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' };

const shown = ({ markup }: Html, status = 200): Answer => ({ status, body: markup });
const redirect = (location: string, cookie?: string): Answer => ({
  status: 303,
  headers: { location, ...(cookie !== undefined && { 'set-cookie': cookie }) },
  body: '',
});

function outcome(result: ReturnType<ReturnType<typeof createAutomationPages>['start']>): Answer | undefined {
  if (!result) return undefined;
  return 'redirect' in result ? redirect(result.redirect) : shown(result.page, result.status);
}

/** Browsers name the page that sends a form; other programs name none, and have no cookies of others. */
const isOwnPage = ({ headers: { origin, host, 'sec-fetch-site': site } }: IncomingMessage): boolean =>
  (site === undefined || site === 'same-origin') && (origin === undefined || origin === `http://${host}`);

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxFormBytes) throw new Error(`A form of the console has more than ${maxFormBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
