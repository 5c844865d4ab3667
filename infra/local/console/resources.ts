import { XMLParser } from 'fast-xml-parser';
import * as z from 'zod';
import type { LocalContext } from '../context.ts';
import type { Resource } from '../template/template.ts';
import { AwsError } from '../gateway/aws-call.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { Alarms } from '../alarms/alarms.ts';
import type { Aws } from './aws.ts';
import { type Html, html } from './html.ts';
import { page, postForm, table, timeText, type Viewer } from './page.ts';
import type { Permits } from './permits.ts';

type Parts = { aws: Aws; lambda: Pick<Lambda, 'invoke'>; permits: Permits; alarms: Alarms };

const Attributes = z.object({ Attributes: z.record(z.string(), z.string()) });
const Sources = z.object({ queueUrls: z.array(z.string()).default([]) });
const text = z.string().default('');
const Schedule = z.object({
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  State: z.string().default('ENABLED'),
  Description: z.string().default(''),
  Target: z.object({ Arn: z.string() }),
});
const TestEvents = z.object({
  components: z.object({ examples: z.record(z.string(), z.object({ value: z.unknown() })).default({}) }),
});
const Listing = z.object({
  ListBucketResult: z.object({
    Contents: z.array(z.object({ Key: text, Size: text, LastModified: text })).default([]),
    IsTruncated: text,
  }),
});
const listings = new XMLParser({ isArray: (name) => name === 'Contents', parseTagValue: false });
const maxListed = '200';

/** Queues, functions, schedules, alarms and objects of the template's buckets. */
export function createResourcePages({ template }: LocalContext, { aws, lambda, permits, alarms }: Parts) {
  const queues = template.ofType('AWS::SQS::Queue');
  const functions = template.ofType('AWS::Lambda::Function');
  const isDeadLetterQueue = (arn: string) =>
    queues.some(({ properties }) => JSON.stringify(properties['RedrivePolicy'] ?? {}).includes(`"${arn}"`));
  const eventsOf = (name: string): [string, unknown][] =>
    template
      .ofType('AWS::EventSchemas::Schema')
      .filter(({ properties }) => properties['SchemaName'] === `_${name}-schema`)
      .flatMap(({ properties }) =>
        Object.entries(TestEvents.parse(JSON.parse(String(properties['Content']))).components.examples).map(
          ([event, { value }]): [string, unknown] => [event, value],
        ),
      );

  const functionPage = (viewer: Viewer, name: string, event: string, result?: Html): Html | undefined => {
    const found = functions.find((each) => each.name === name);
    if (!found) return undefined;
    const events = eventsOf(name).map(
      ([label, value]) =>
        html`<li>
          <a href="/console/functions/${name}?event=${encodeURIComponent(JSON.stringify(value))}">${label}</a>
        </li>`,
    );
    const form = permits(viewer.session.person, 'lambda:InvokeFunction', found.arn)
      ? postForm(
          viewer,
          `/console/functions/${name}`,
          html` <p class="field">
              <label for="event">${viewer.text('event')}</label><br /><textarea
                id="event"
                name="event"
                rows="8"
                cols="60"
                spellcheck="false"
              >
${event}</textarea>
            </p>
            <button>${viewer.text('run')}</button>`,
        )
      : html`<p class="refused">${viewer.text('notAllowed')}</p>`;
    return page(
      viewer,
      name,
      html`<p>${descriptionOf(found)}</p>
        <h2>${viewer.text('testEvent')}</h2>
        <ul>
          ${events}
        </ul>
        ${form}${result}`,
    );
  };

  return {
    async queues(viewer: Viewer, notice?: string): Promise<Html> {
      const rows = await Promise.all(
        queues.map(async ({ name, ref, arn }) => {
          const found = await aws.json('sqs', 'GetQueueAttributes', { QueueUrl: ref, AttributeNames: ['All'] });
          const counts = Attributes.parse(found).Attributes;
          const waiting = Number(counts['ApproximateNumberOfMessages'] ?? 0);
          const isDead = isDeadLetterQueue(arn);
          const sources = isDead
            ? Sources.parse(await aws.json('sqs', 'ListDeadLetterSourceQueues', { QueueUrl: ref })).queueUrls
            : [];
          const mayRedrive = isDead && waiting > 0 && permits(viewer.session.person, 'sqs:StartMessageMoveTask', arn);
          return [
            name,
            waiting,
            counts['ApproximateNumberOfMessagesNotVisible'],
            sources.map((url) => url.slice(url.lastIndexOf('/') + 1)).join(', '),
            mayRedrive
              ? postForm(viewer, `/console/queues/${name}/redrive`, html`<button>${viewer.text('redrive')}</button>`)
              : undefined,
          ] as const;
        }),
      );
      // Failed messages first.
      const sorted = rows.toSorted(([, a, , ofA], [, b, , ofB]) => Number(ofB !== '') * b - Number(ofA !== '') * a);
      return page(
        viewer,
        viewer.text('queues'),
        html`${notice === undefined ? undefined : html`<p class="refused" role="alert">${notice}</p>`}${table(
          viewer,
          ['name', 'messages', 'inFlight', 'deadLettersOf', 'redrive'],
          sorted,
        )}`,
      );
    },

    /** Moves the messages of a dead-letter queue back. Returns why not, if it is refused. */
    async redrive({ session, text: message }: Viewer, name: string): Promise<string | undefined> {
      const queue = queues.find((each) => each.name === name);
      if (!queue || !permits(session.person, 'sqs:StartMessageMoveTask', queue.arn)) return message('notAllowed');
      try {
        await aws.json('sqs', 'StartMessageMoveTask', { SourceArn: queue.arn });
        return undefined;
      } catch (error) {
        if (error instanceof AwsError) return error.message;
        throw error;
      }
    },

    functions: (viewer: Viewer): Html =>
      page(
        viewer,
        viewer.text('functions'),
        table(
          viewer,
          ['name', 'description', 'testEvent'],
          functions.map(({ name, properties }) => [
            html`<a href="/console/functions/${name}">${name}</a>`,
            descriptionOf({ properties }),
            eventsOf(name)
              .map(([event]) => event)
              .join(', '),
          ]),
        ),
      ),
    function: (viewer: Viewer, name: string, event: string) => functionPage(viewer, name, event || '{}'),
    async invoke(viewer: Viewer, name: string, event: string): Promise<Html | undefined> {
      const found = functions.find((each) => each.name === name);
      if (!found || !permits(viewer.session.person, 'lambda:InvokeFunction', found.arn))
        return functionPage(viewer, name, event);
      if (!isJson(event)) return functionPage(viewer, name, event, html`<p class="refused" role="alert">JSON</p>`);
      const result = await lambda.invoke(found.arn, event);
      const shown = result.kind === 'throttled' ? 'Rate Exceeded.' : result.payload;
      return functionPage(
        viewer,
        name,
        event,
        html`<h2>${viewer.text('result')}: ${result.kind}</h2>
          <pre role="status">${shown}</pre>`,
      );
    },

    schedules: (viewer: Viewer): Html =>
      page(
        viewer,
        viewer.text('schedules'),
        table(
          viewer,
          ['name', 'schedule', 'timeZone', 'status', 'target'],
          template.ofType('AWS::Scheduler::Schedule').map(({ name, properties }) => {
            const { ScheduleExpression, ScheduleExpressionTimezone, State, Target } = Schedule.parse(properties);
            return [
              name,
              ScheduleExpression,
              ScheduleExpressionTimezone,
              State,
              Target.Arn.slice(Target.Arn.lastIndexOf(':') + 1),
            ];
          }),
        ),
      ),

    alarms: (viewer: Viewer): Html =>
      page(
        viewer,
        viewer.text('alarms'),
        html`${table(
            viewer,
            ['name', 'status', 'since', 'metric', 'description'],
            alarms
              .list()
              .map(({ name, state, since, metric, description }) => [
                name,
                html`<b class="${state === 'ALARM' ? 'alarm' : 'ok'}">${state}</b>`,
                timeText(since),
                metric,
                description,
              ]),
          )}
          <h2>${viewer.text('history')}</h2>
          ${table(
            viewer,
            ['time', 'name', 'status', 'message'],
            alarms.history().map(({ at, name, state, reason }) => [timeText(at), name, state, reason]),
          )}`,
      ),

    buckets: (viewer: Viewer): Html =>
      page(
        viewer,
        viewer.text('buckets'),
        table(
          viewer,
          ['name'],
          template.ofType('AWS::S3::Bucket').map(({ name }) => [html`<a href="/console/buckets/${name}">${name}</a>`]),
        ),
      ),
    async bucket(viewer: Viewer, name: string, prefix: string): Promise<Html | undefined> {
      const bucket = template.ofType('AWS::S3::Bucket').find((each) => each.name === name);
      if (!bucket) return undefined;
      if (!permits(viewer.session.person, 's3:ListBucket', bucket.arn)) {
        return page(viewer, name, html`<p class="refused">${viewer.text('notAllowed')}</p>`);
      }
      const { body } = await aws.get(`/${name}`, { 'list-type': '2', 'max-keys': maxListed, prefix });
      const { Contents } = Listing.parse(listings.parse(body.toString())).ListBucketResult;
      const rows = Contents.map(({ Key, Size, LastModified }) => [
        html`<a href="/console/buckets/${name}/object?key=${encodeURIComponent(Key)}">${Key}</a>`,
        Size,
        LastModified,
      ]);
      return page(
        viewer,
        name,
        html`<form>
            <label for="prefix">${viewer.text('prefix')}</label> <input id="prefix" name="prefix" value="${prefix}" />
            <button>${viewer.text('show')}</button>
          </form>
          ${table(viewer, ['key', 'size', 'modified'], rows)}`,
      );
    },
    /** The bytes of an object, which the browser saves as a file. Undefined if it may not be read, or does not exist. */
    async object({ session }: Viewer, name: string, key: string): Promise<Buffer | undefined> {
      const bucket = template.ofType('AWS::S3::Bucket').find((each) => each.name === name);
      if (!bucket || !permits(session.person, 's3:GetObject', `${bucket.arn}/${key}`)) return undefined;
      const path = `/${name}/${key.split('/').map(encodeURIComponent).join('/')}`;
      const { status, body } = await aws.get(path, {});
      return status === 200 ? Buffer.from(body) : undefined;
    },
  };
}

const descriptionOf = ({ properties: { Description: description } }: Pick<Resource, 'properties'>): string =>
  typeof description === 'string' ? description : '';

function isJson(candidate: string): boolean {
  try {
    JSON.parse(candidate);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
