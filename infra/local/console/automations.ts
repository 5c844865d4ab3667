import type { LocalContext } from '../context.ts';
import { type Automation, AutomationError } from '../automation/automation.ts';
import type { AutomationDocument, Parameter } from '../automation/document.ts';
import type { Execution } from '../automation/execution-store.ts';
import { type Html, html } from './html.ts';
import { page, postForm, table, timeText, type Viewer } from './page.ts';
import type { Permits } from './permits.ts';

export type Outcome = { redirect: string } | { page: Html; status: number };

/** The automation documents with a form each, and their executions. */
export function createAutomationPages(
  { template }: LocalContext,
  { automation, permits }: { automation: Automation; permits: Permits },
) {
  const arn = (resource: string) => `arn:aws:ssm:${template.region}:${template.accountId}:${resource}`;
  const mayStart = ({ session }: Viewer, name: string) =>
    permits(session.person, 'ssm:StartAutomationExecution', arn(`automation-definition/${name}:1`));

  const formOf = (
    viewer: Viewer,
    document: AutomationDocument,
    values: Readonly<Record<string, string>>,
    problem?: string,
  ) => {
    const { name, description, parameters, mainSteps } = document;
    const fields = Object.entries(parameters).map(([parameter, definition]) =>
      field(
        parameter,
        definition,
        values[parameter] ?? (definition.default === undefined ? '' : String(definition.default)),
      ),
    );
    const form = mayStart(viewer, name)
      ? postForm(viewer, `/console/automations/${name}`, html`${fields}<button>${viewer.text('start')}</button>`)
      : html`<p class="refused">${viewer.text('notAllowed')}</p>`;
    return page(
      viewer,
      name,
      html`<p>${description}</p>
        <p>${viewer.text('step')}: ${mainSteps.map((step) => step.action).join(' → ')}</p>
        ${problem === undefined ? undefined : html`<p class="refused" role="alert">${problem}</p>`}${form}`,
    );
  };

  return {
    list: (viewer: Viewer): Html =>
      page(
        viewer,
        viewer.text('automations'),
        table(
          viewer,
          ['name', 'description'],
          [...automation.documents.values()].map(({ name, description }) => [
            html`<a href="/console/automations/${name}">${name}</a>`,
            description,
          ]),
        ),
      ),

    form: (viewer: Viewer, name: string, values: Record<string, string>): Html | undefined => {
      const document = automation.documents.get(name);
      return document && formOf(viewer, document, values);
    },

    start: (viewer: Viewer, name: string, values: Record<string, string>): Outcome | undefined => {
      const document = automation.documents.get(name);
      if (!document) return undefined;
      if (!mayStart(viewer, name)) return { status: 403, page: formOf(viewer, document, values) };
      try {
        const { executionId } = automation.start(name, values, viewer.session.person.arn);
        return { redirect: `/console/executions/${executionId}` };
      } catch (error) {
        if (!(error instanceof AutomationError)) throw error;
        return { status: 400, page: formOf(viewer, document, values, error.message) };
      }
    },

    executions: (viewer: Viewer): Html =>
      page(
        viewer,
        viewer.text('executions'),
        table(
          viewer,
          ['name', 'status', 'startedBy', 'startedAt'],
          automation
            .executions()
            .map((execution) => [
              html`<a href="/console/executions/${execution.executionId}">${execution.documentName}</a>`,
              execution.status,
              nameOf(execution.startedBy),
              timeText(execution.startedAt),
            ]),
        ),
      ),

    execution: (viewer: Viewer, executionId: string, problem?: string): Html | undefined => {
      const execution = automation.find(executionId);
      return execution && executionPage(viewer, execution, problem);
    },

    decide: (viewer: Viewer, executionId: string, form: Record<string, string>): Outcome | undefined => {
      const execution = automation.find(executionId);
      if (!execution) return undefined;
      const { person } = viewer.session;
      if (!permits(person, 'ssm:SendAutomationSignal', arn(`automation-execution/${executionId}`))) {
        return { status: 403, page: executionPage(viewer, execution, viewer.text('notAllowed')) };
      }
      try {
        const decision = form['decision'] === 'Approve' ? 'Approve' : 'Reject';
        automation.decide(executionId, decision, person.arn, form['comment'] ?? '');
        return { redirect: `/console/executions/${executionId}` };
      } catch (error) {
        if (!(error instanceof AutomationError)) throw error;
        return { status: 409, page: executionPage(viewer, execution, error.message) };
      }
    },
  };
}

function field(
  name: string,
  { type, description = '', allowedPattern, allowedValues, default: byDefault }: Parameter,
  value: string,
): Html {
  const values = type === 'Boolean' ? ['true', 'false'] : allowedValues;
  const input = values
    ? html`<select id="${name}" name="${name}">
        ${values.map((each) =>
          each === value ? html`<option selected>${each}</option>` : html`<option>${each}</option>`,
        )}
      </select>`
    : inputOf(
        name,
        value,
        type === 'Integer' ? '-?[0-9]{1,15}' : (allowedPattern ?? '').replaceAll(/^\^|\$$/g, ''),
        byDefault === undefined,
      );
  return html`<p class="field">
    <label for="${name}">${name}</label> ${input}<br /><small id="${name}-help">${description}</small>
  </p>`;
}

function inputOf(name: string, value: string, pattern: string, isRequired: boolean): Html {
  const matches = pattern === '' ? undefined : html` pattern="${pattern}"`;
  const required = isRequired ? html` required` : undefined;
  return html`<input
    id="${name}"
    name="${name}"
    value="${value}"
    aria-describedby="${name}-help"
    ${matches}${required}
  />`;
}

function executionPage(viewer: Viewer, execution: Execution, problem?: string): Html {
  const { text } = viewer;
  const { executionId, documentName, status, startedBy, startedAt, endedAt, parameters, steps, approvals } = execution;
  const inputs = Object.entries(parameters).map(([name, value]) => html`<li>${name}: <code>${value}</code></li>`);
  const decision =
    status === 'Waiting'
      ? postForm(
          viewer,
          `/console/executions/${executionId}/decision`,
          html` <p class="field">
              <label for="comment">${text('comment')}</label> <input id="comment" name="comment" maxlength="500" />
            </p>
            <button name="decision" value="Approve">${text('approve')}</button>
            <button name="decision" value="Reject">${text('reject')}</button>`,
        )
      : undefined;
  return page(
    viewer,
    documentName,
    html`${problem === undefined ? undefined : html`<p class="refused" role="alert">${problem}</p>`}
      <p role="status">
        ${text('status')}:
        <b>${status}</b
        >${status === 'InProgress' ? html` <progress aria-label="${text('working')}"></progress>` : undefined}
      </p>
      <p>
        ${text('startedBy')} ${nameOf(startedBy)},
        ${timeText(startedAt)}${endedAt === undefined ? '' : ` – ${timeText(endedAt)}`}
      </p>
      <h2>${text('inputs')}</h2>
      <ul>
        ${inputs}
      </ul>
      ${
        approvals.length === 0
          ? undefined
          : html`<h2>${text('approvals')}</h2>
              <ul>
                ${approvals.map(
                  ({ approver, decision: decided, comment }) =>
                    html`<li>${decided}: ${nameOf(approver)} ${comment}</li>`,
                )}
              </ul>`
      }${decision}
      ${table(
        viewer,
        ['step', 'status', 'startedAt', 'result'],
        steps.map((step) => [
          html`${step.name} <small>${step.action}</small>`,
          step.status,
          timeText(step.startedAt),
          html`<pre>${step.failure ?? step.outputs['Payload']?.join('\n') ?? ''}</pre>`,
        ]),
      )}
      <p><a href="/console/timeline?id=${executionId}">${text('timeline')}</a></p>`,
    status === 'InProgress' ? 1 : undefined,
  );
}

/** The session's name of an assumed role. */
const nameOf = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);
