import * as z from 'zod';
import type { LocalContext } from '../context.ts';
import type { Lambda } from '../lambda/lambda.ts';
import { type Html, html, trusted } from './html.ts';
import { localeOf } from './messages.ts';
import { page, type Viewer } from './page.ts';
import type { Permits } from './permits.ts';

const Place = {
  x: z.number().default(0),
  y: z.number().default(0),
  width: z.number().default(6),
  height: z.number().default(6),
};
const CustomWidget = z.object({
  type: z.literal('custom'),
  ...Place,
  properties: z.object({
    endpoint: z.string(),
    title: z.string().default(''),
    params: z.record(z.string(), z.unknown()).default({}),
  }),
});
const AlarmWidget = z.object({
  type: z.literal('alarm'),
  ...Place,
  properties: z.object({ title: z.string().default(''), alarms: z.array(z.string()) }),
});
const OtherWidget = z.object({ type: z.string(), ...Place, properties: z.object({ title: z.string().default('') }) });
const Body = z.object({ widgets: z.array(z.union([CustomWidget, AlarmWidget, OtherWidget])) });

/** A pressed button of a custom widget, as `cwdb-action` describes it. */
export const Press = z.object({
  dashboard: z.string(),
  endpoint: z.string(),
  params: z.record(z.string(), z.unknown()),
  forms: z.record(z.string(), z.string()),
});

type Parts = {
  lambda: Pick<Lambda, 'invoke'>;
  permits: Permits;
  /** State of an alarm by ARN. */
  alarmState: (arn: string) => string;
};

/** The dashboards of the template with their custom widgets, by the protocol of CloudWatch. */
export function createDashboards({ template }: LocalContext, { lambda, permits, alarmState }: Parts) {
  const dashboards = new Map(
    template
      .ofType('AWS::CloudWatch::Dashboard')
      .map(({ name, properties }) => [name, Body.parse(JSON.parse(String(properties['DashboardBody'])))]),
  );

  /** Calls the function of a widget with the viewer's permissions; the actions of its HTML lead to this console. */
  async function call(
    viewer: Viewer,
    dashboardName: string,
    endpoint: string,
    params: object,
    forms: object,
  ): Promise<Html> {
    const { session, language, text } = viewer;
    if (!permits(session.person, 'lambda:InvokeFunction', endpoint))
      return html`<p class="refused">${text('notAllowed')}</p>`;
    const widgetContext = {
      dashboardName,
      widgetId: 'widget',
      accountId: template.accountId,
      locale: localeOf(language),
      timezone: { label: 'UTC', offsetISO: '+00:00', offsetInMinutes: 0 },
      theme: 'light',
      forms: { all: forms },
      params,
    };
    const result = await lambda.invoke(endpoint, JSON.stringify({ ...params, widgetContext }));
    if (result.kind !== 'ok') return html`<p class="refused">${text('failed')}</p>`;
    const shown: unknown = JSON.parse(result.payload);
    if (typeof shown === 'string') return trusted(localMarkup(shown));
    return html`<pre>${JSON.stringify(shown, null, 2)}</pre>`;
  }

  return {
    names: () => [...dashboards.keys()],
    list: (viewer: Viewer): Html =>
      page(
        viewer,
        viewer.text('dashboards'),
        html`<ul>
          ${[...dashboards.keys()].map((name) => html`<li><a href="/console/dashboards/${name}">${name}</a></li>`)}
        </ul>`,
      ),
    async show(viewer: Viewer, name: string): Promise<Html | undefined> {
      const dashboard = dashboards.get(name);
      if (!dashboard || !permits(viewer.session.person, 'cloudwatch:GetDashboard', '*')) return undefined;
      const shown = await Promise.all(
        dashboard.widgets.map(async (widget) => {
          const { title } = widget.properties;
          if ('endpoint' in widget.properties) {
            const { endpoint, params } = widget.properties;
            return html`<section class="widget" data-endpoint="${endpoint}" data-dashboard="${name}">
              <h2>${title}</h2>
              ${await call(viewer, name, endpoint, params, {})}
            </section>`;
          }
          if ('alarms' in widget.properties) return alarms(viewer, title, widget.properties.alarms, alarmState);
          return html`<section class="widget">
            <h2>${title}</h2>
            <p>The local engine does not show widgets of the type ${widget.type}.</p>
          </section>`;
        }),
      );
      return page(
        viewer,
        name,
        html`<p><a href="">${viewer.text('refresh')}</a></p>
          <div class="grid">${shown}</div>`,
      );
    },
    press: (viewer: Viewer, { dashboard, endpoint, params, forms }: z.infer<typeof Press>): Promise<Html> =>
      call(viewer, dashboard, endpoint, params, forms),
  };
}

function alarms({ text }: Viewer, title: string, arns: readonly string[], stateOf: (arn: string) => string): Html {
  const raised = arns.filter((arn) => stateOf(arn) === 'ALARM');
  return html`<section class="widget small ${raised.length > 0 ? 'alarm' : 'ok'}">
    <h2>${title}</h2>
    <p>${raised.length > 0 ? `ALARM: ${raised.length}` : 'OK'} / ${arns.length} ${text('alarms')}</p>
    <ul>
      ${raised.map((arn) => html`<li>${arn.slice(arn.indexOf(':alarm:') + 7)}</li>`)}
    </ul>
  </section>`;
}

/** Links of the AWS console lead to the pages of this one. CloudWatch removes scripts and frames too. */
const localMarkup = (markup: string): string =>
  markup
    .replaceAll(/<\/?(?:script|iframe|object|embed|style|link|meta|base)\b[^>]*>/gi, '')
    .replaceAll(
      /https:\/\/[\w-]+\.console\.aws\.amazon\.com\/systems-manager\/automation\/execute\/([\w.-]+)\?[^"#]*#([^"]*)/g,
      '/console/automations/$1?$2',
    )
    .replaceAll(
      /https:\/\/[\w-]+\.console\.aws\.amazon\.com\/s3\/buckets\/([\w.-]+)\?([^"]*)/g,
      '/console/buckets/$1?$2',
    );
