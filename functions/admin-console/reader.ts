import { businessDays } from '../../shared/business-day.ts';
import type { ApiCaller } from './apis/api-event.ts';
import { pageAt } from './widgets/action.ts';
import type { Html } from '../../shared/html.ts';
import { languageOf } from './widgets/messages.ts';
import type { Page } from './widgets/page.ts';
import { description } from './widgets/widget-job.ts';
import type { WidgetEvent } from './widgets/widget-event.ts';

type Settings = { region: string; reportsBucket: string; timeZone: string };
type Departments = Readonly<Record<string, { clientId: string; scopes: readonly string[] }>>;
type Show = (name: string, today: string, page: Page, requestId: string) => Promise<Html>;

/** The administrators as the callers of APIs. Throws if the settings have no such department. */
export function administratorsOf(departments: Departments): Omit<ApiCaller, 'subject'> {
  const { admin } = departments;
  if (!admin) throw new Error('The settings have no department `admin`.');
  return { department: 'admin', ...admin };
}

/** Answers a dashboard: the description of the widgets, or the HTML of one. `endpoint` is for buttons. */
export const answerer =
  (show: Show, { region, reportsBucket, timeZone }: Settings) =>
  async (event: WidgetEvent, now: number, requestId: string, endpoint: string | undefined) => {
    if (event.describe) return { markdown: description };
    const page = pageAt({ language: languageOf(event.widgetContext.locale), region, reportsBucket, endpoint });
    return (await show(event.widget ?? '', businessDays(timeZone)(now), page, requestId)).markup;
  };
