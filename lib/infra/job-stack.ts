import { Stack } from 'aws-cdk-lib/core';
import type { StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { JobDocument } from '../config/job-document.ts';
import type { FlotillaStack } from './flotilla-stack.ts';
import { SyncJob } from './sync-job.ts';

export interface JobStackProps extends StackProps {
  readonly job: JobDocument;
  readonly shared: FlotillaStack;
  readonly groupMetrics?: boolean;
}

/** `Flotilla-<job>`: all there is of one job. Taking the job out of the configuration takes out this and nothing else. */
export class JobStack extends Stack {
  readonly syncJob: SyncJob;

  constructor(scope: Construct, props: JobStackProps) {
    const { job, shared, groupMetrics = false, ...rest } = props;
    const name = `Flotilla-${job.id}`;
    super(scope, name, { description: `Flotilla: offsite copy of ${job.source.id} to ${job.target.id}`, ...rest });
    this.syncJob = new SyncJob(this, 'SyncJob', {
      job,
      table: shared.table,
      controlBucket: shared.controlBucket,
      eventBus: shared.eventBus,
      alarmTopic: shared.alarmTopic,
      stateMachineName: name,
      groupMetrics,
    });
    shared.dashboard.show(this.syncJob);
  }
}
