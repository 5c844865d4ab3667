import { documentNameOf } from '../../../shared/contracts/admin-console/operation.ts';
import { type Html, html } from '../../../shared/html.ts';
import { type Language, type MessageName, messagesIn } from './messages.ts';
import type { Button, Page } from './page.ts';

type Place = {
  language: Language;
  region: string;
  reportsBucket: string;
  /** ARN of the function that the buttons call; undefined for readers, who see no buttons. */
  endpoint: string | undefined;
};

/** How widgets show their data at a place. Links lead to the AWS console of the region. */
export function pageAt({ language, region, reportsBucket, endpoint }: Place): Page {
  const text = messagesIn(language);
  const console = `https://${region}.console.aws.amazon.com`;
  const link = (label: MessageName, url: string) =>
    html`<a href="${url}" target="_blank" rel="noopener">${text(label)}</a>`;
  return {
    language,
    text,
    buttons: (row, buttons) => (endpoint === undefined ? undefined : buttonsOf(row, buttons, endpoint, text)),
    documentLink: (label, operation, inputs) =>
      endpoint === undefined
        ? undefined
        : link(
            label,
            `${console}/systems-manager/automation/execute/${documentNameOf(operation)}?region=${region}#${new URLSearchParams(inputs).toString()}`,
          ),
    objectsLink: (label, prefix) =>
      link(label, `${console}/s3/buckets/${reportsBucket}?${new URLSearchParams({ region, prefix }).toString()}`),
  };
}

/**
 * The field of a row, and a button for each operation: CloudWatch binds `cwdb-action` to the element before it, asks the
 * question, and sends the JSON with the values of the forms.
 */
function buttonsOf(row: string, buttons: readonly Button[], endpoint: string, text: Page['text']): Html {
  const field = buttons.find((button) => button.field)?.field;
  const name = field && `${field.input}.${row}`;
  const input =
    field && name
      ? html`<label
          >${text(field.label)} <input name="${name}" maxlength="500" aria-label="${text(field.label)} ${row}"
        /></label> `
      : undefined;
  return html`<form>
    ${input}${buttons.map((button) => {
      const fields = button.field && name ? { [button.field.input]: name } : {};
      const press = JSON.stringify({ press: { ...button.press, fields } });
      const question = `${text(button.label)}: ${row} – ${text('confirm')}`;
      return html`<a class="btn" role="button" tabindex="0" aria-label="${text(button.label)} ${row}"
          >${text(button.label)}</a
        ><cwdb-action action="call" display="popup" endpoint="${endpoint}" confirmation="${question}"
          >${press}</cwdb-action
        > `;
    })}
  </form>`;
}
