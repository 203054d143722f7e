/** The names, in a synthesized job, of what all jobs share. */
export const SHARED_NAMES = { table: 'flotilla', controlBucket: 'flotilla-control', eventBus: 'flotilla' } as const;
