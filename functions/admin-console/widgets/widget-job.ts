import { dayBefore } from '../../../shared/business-day.ts';
import type { ApiClient } from '../apis/api-client.ts';
import { type ApiCaller, ApiFailedError } from '../apis/api-event.ts';
import type { DeadLetterClient } from '../apis/dead-letter-client.ts';
import {
  maxOrderPages,
  nightlyRunRequest,
  ordersPageOf,
  type OrdersPage,
  ordersRequest,
  showDeadLetters,
  showNightlyRun,
  showOrders,
} from './day-widgets.ts';
import { type Html, html } from '../../../shared/html.ts';
import { listWidgets } from './list-widgets.ts';
import type { Page } from './page.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

type Tools = {
  callApi: ApiClient;
  deadLetters: DeadLetterClient;
  /** As whom the dashboards read. */
  reader: ApiCaller;
};

const widgetNames = ['orders', 'nightly-run', 'dead-letters', ...Object.keys(listWidgets)];

/** Markdown that CloudWatch shows about a widget. */
export const description = `### Storeworks
Shows figures and lists of the store, and buttons for administrators. Parameters:

\`\`\`yaml
widget: ${widgetNames.join(' | ')}
\`\`\``;

/** Reads and shows a widget, for one business day. A workflow that fails is shown as unavailable, not as empty. */
export const showWidget =
  ({ callApi, deadLetters, reader }: Tools) =>
  async (name: string, today: string, page: Page, requestId: string): Promise<Html> => {
    const list = ownValue(listWidgets, name);
    try {
      if (list) {
        const { status, body } = await callApi(list.workflow, list.request, reader, requestId);
        return status === 200 ? list.show(body, page) : unavailable(page);
      }
      if (name === 'orders') return showOrders(today, await ordersOf(today), page);
      if (name === 'nightly-run') {
        const day = dayBefore(today);
        const { status, body } = await callApi('nightly-metrics', nightlyRunRequest(day), reader, requestId);
        return status === 200 || status === 404
          ? showNightlyRun(day, status === 200 ? body : undefined, page)
          : unavailable(page);
      }
      if (name === 'dead-letters') return showDeadLetters(await deadLetters.filled(), page);
      return html`<p>Unknown widget: ${name}. Valid ones: ${widgetNames.join(', ')}.</p>`;
    } catch (error) {
      if (!(error instanceof ApiFailedError)) throw error;
      return unavailable(page);
    }

    async function ordersOf(day: string): Promise<OrdersPage[]> {
      const pages: OrdersPage[] = [];
      do {
        const request = ordersRequest(day, pages.at(-1)?.cursor);
        const { status, body } = await callApi('order-intake', request, reader, requestId);
        if (status !== 200) throw new ApiFailedError(`The API of order-intake responded ${status}`);
        pages.push(ordersPageOf(body));
      } while (pages.at(-1)?.cursor !== undefined && pages.length < maxOrderPages);
      return pages;
    }
  };

const unavailable = (page: Page) => html`<p>${page.text('unavailable')}</p>`;
