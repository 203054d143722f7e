import type { StopSwitch } from '../stop-switch.ts';

/** Sleeps of one sleeper, whom anybody may wake. */
export interface WakefulSleep {
  /** Ends when the time has passed, when `wake` is called or was called since the last sleep, or when the process is asked to stop. */
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly wake: () => void;
}

export function wakefulSleep(stop: StopSwitch): WakefulSleep {
  let alarm = new AbortController();
  return {
    wait: async (milliseconds) => {
      await stop.sleep(milliseconds / 1000, alarm.signal);
      alarm = new AbortController();
    },
    wake: () => alarm.abort(),
  };
}
