// What a function's process writes when it runs a job's lines through the log of its Lambda: read by lambda-host.test.ts.
import { lambdaHost } from '../../lib/runtime/lambda-host.ts';

const log = lambdaHost(process.env).openLog({ job: 'daily', run: 'run-1' });
const at = { namespace: 'prod', group: 'vm/100', snapshot: '2025-11-01T08:00:00Z', archive: 'drive-scsi0.img.fidx' };
log.info('Starting datastore sync job');
log.info('start sync', { namespace: '', group: 'vm/100', snapshot: '2025-11-01T08:00:00Z' });
log.warn('damaged\nfor\tlong', at);
log.error('sync failed - why', at);
