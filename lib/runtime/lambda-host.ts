import { Logger } from '@aws-lambda-powertools/logger';
import { tellBus } from '../events/event-bus.ts';
import { groupMetrics, groupNumbers } from '../events/group-metrics.ts';
import { healthMetrics, runMetrics, writeMetrics } from '../events/metrics.ts';
import type { JobHealth } from '../sync/health/health.ts';
import type { LogPlace } from '../sync/worker.ts';
import type { Host } from './host.ts';

/** Lambda's surroundings: JSON log lines, the event bus, metrics in the log. */
export function lambdaHost(environment: Host['environment']): Host {
  return {
    environment,
    now: () => Date.now(),
    openLog: (run) => {
      const logger = new Logger({ serviceName: 'flotilla', persistentKeys: { ...run } });
      const fields = (at: LogPlace | undefined) => (at === undefined ? [] : [{ ...at }]);
      return {
        info: (message, at) => logger.info(message, ...fields(at)),
        warn: (message, at) => logger.warn(message, ...fields(at)),
        error: (message, at) => logger.error(message, ...fields(at)),
      };
    },
    stopAsked: () => false,
    tell: async (event) => {
      new Logger({ serviceName: 'flotilla' }).info(event.message, { job: event.job, event: event.id, severity: event.severity });
      const bus = environment['EVENT_BUS_NAME'];
      if (bus !== undefined && bus !== '') await tellBus(event, bus, environment);
    },
    measureRun: (report) => writeMetrics(runMetrics(report)),
    measureHealth: (health) => measureHealth(health, environment['GROUP_METRICS'] === 'true'),
  };
}

/** Groups are metrics only where they are wanted; else a line of the log says what Logs Insights can search for. */
function measureHealth(health: JobHealth, asMetrics: boolean): void {
  writeMetrics([healthMetrics(health)]);
  const groups = groupNumbers(health, { current: asMetrics });
  if (asMetrics) {
    writeMetrics(groupMetrics(groups));
    return;
  }
  const logger = new Logger({ serviceName: 'flotilla' });
  for (const numbers of groups) logger.info('group is behind', { ...numbers });
}
