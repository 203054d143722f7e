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
        if (stop.signal.aborted) return void resolve();
        const timer = setTimeout(end, seconds * 1000);
        stop.signal.addEventListener('abort', end, { once: true });
        function end(): void {
          clearTimeout(timer);
          stop.signal.removeEventListener('abort', end);
          resolve();
        }
      }),
  };
}
