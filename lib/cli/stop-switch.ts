/** Turns Ctrl-C into a request to end at the next safe point; sleeps end when it comes. */
export interface StopSwitch {
  asked(): boolean;
  ask(): void;
  sleep(seconds: number): Promise<void>;
}

export function stopSwitch(): StopSwitch {
  const stop = new AbortController();
  return {
    asked: () => stop.signal.aborted,
    ask: () => stop.abort(),
    sleep: (seconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(end, stop.signal.aborted ? 0 : seconds * 1000);
        stop.signal.addEventListener('abort', end, { once: true });
        function end(): void {
          clearTimeout(timer);
          stop.signal.removeEventListener('abort', end);
          resolve();
        }
      }),
  };
}
