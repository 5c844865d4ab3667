import { TableDefinition } from '../constructs/table.ts';

export const settingsTable = new TableDefinition('SettingsTable', 'SETTINGS_TABLE_NAME');

export const storeSettings = {
  reader: settingsTable.access('BatchGetItem'),
  editor: settingsTable.access('BatchGetItem', 'PutItem', 'Query'),
};
