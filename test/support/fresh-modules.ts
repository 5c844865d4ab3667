import { vi } from 'vitest';

// Test files of a worker share the packages of `node_modules`, whose import takes as long as the tests. The modules of this
// repository are evaluated for each file, so that neither their state nor their hooks are shared.
vi.resetModules();
