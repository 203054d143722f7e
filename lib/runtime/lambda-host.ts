import { Logger } from '@aws-lambda-powertools/logger';
import { announceOnBus } from '../events/event-bus.ts';
import { reportMetrics } from '../events/metrics.ts';
import { describeReport } from '../sync/report/describe-report.ts';
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
    announce: async (report) => {
      new Logger({ serviceName: 'flotilla' }).info(describeReport(report), {
        job: report.job,
        run: report.id,
        state: report.state,
      });
      reportMetrics(report);
      const bus = environment['EVENT_BUS_NAME'];
      if (bus !== undefined && bus !== '') await announceOnBus(report, bus, environment);
    },
  };
}
