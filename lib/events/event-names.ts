/** The source and type of the event that a run ended, which rules match. */
export const EVENT_SOURCE = 'flotilla';
export const RUN_FINISHED = 'Flotilla Run Finished';
