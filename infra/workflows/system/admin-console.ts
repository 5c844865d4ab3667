import { type App, Aws, Duration, Stack } from 'aws-cdk-lib';
import type { OperationEnv } from '../../../functions/admin-console/operations/env.ts';
import type { WidgetEnv } from '../../../functions/admin-console/widgets/env.ts';
import { operations } from '../../../shared/contracts/admin-console/operations.ts';
import { all } from '../../constructs/access.ts';
import { AutomationDocument } from '../../constructs/console/automation-document.ts';
import { addDashboard } from '../../constructs/console/dashboards.ts';
import { addPolicies } from '../../constructs/console/department-policies.ts';
import { addSavedQueries } from '../../constructs/console/log-queries.ts';
import { type SharedStacks, WorkflowStack } from '../../constructs/workflow-stack.ts';
import { apis, deadLetters } from '../../data/console/apis.ts';
import { automations } from '../../data/console/automations.ts';
import { userPool } from '../../data/console/people.ts';
import { reportsBucket } from '../../data/finance/reports.ts';
import { settings } from '../../settings.ts';
import { store } from '../../store.ts';
import { addApplication } from './admin-console/application.ts';

/** Administration in the AWS console: dashboards with custom widgets, automation documents, the store as one application. */
export class AdminConsoleStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'admin-console', shared);
    const members = app.node.children.filter((child): child is Stack => child instanceof Stack && child !== this);
    for (const member of members) this.addStackDependency(member);
    const { departmentClients, permissionSets, timeZone } = settings;
    const shown = all(apis.caller, reportsBucket.bucketName, departmentClients, timeZone);
    const dashboard = this.onConsole<WidgetEnv>({
      handler: 'admin-console/dashboard.handler.ts',
      uses: all(shown, deadLetters.counter),
      errorImpact: 'Staff see no figures and lists on the dashboard Storeworks.',
    });
    const administration = this.onConsole<WidgetEnv>({
      handler: 'admin-console/administration.handler.ts',
      uses: all(shown, deadLetters.redriver),
      errorImpact: 'Administrators cannot use the buttons of the dashboard Storeworks-Administration.',
    });
    const operation = this.onConsole<OperationEnv>({
      handler: 'admin-console/operation.handler.ts',
      uses: all(apis.caller, deadLetters.mover, automations.reader, userPool.reader, departmentClients, permissionSets),
      errorImpact: 'An automation that a person started was refused or failed: its execution says why.',
      timeout: Duration.minutes(10),
    });
    const roles = store.awsConsole.approverRoles;
    const approvers = roles.map((role) => `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${role}`);
    const documents = operations.map((each) => {
      const document = new AutomationDocument(this, each.name, { operation: each, handler: operation, approvers });
      return { operation: each, document };
    });
    addDashboard(this, 'ReadersDashboard', 'Storeworks', dashboard);
    addDashboard(this, 'AdministrationDashboard', 'Storeworks-Administration', administration);
    const workflows = members.filter((member) => member instanceof WorkflowStack);
    for (const of of workflows) addSavedQueries(this, { workflow: of.workflow, of });
    const staffFunctions = workflows.flatMap((member) => member.staffFunctions);
    addPolicies(this, { dashboard, administration, staffFunctions, documents });
    addApplication(this, members);
  }
}
