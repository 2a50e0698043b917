import { AsyncLocalStorage } from 'node:async_hooks';

const asked = new AsyncLocalStorage<AbortSignal>();

/** Does some work for somebody who waits for it; the signal says when they have gone. */
export function whileAsked<Output>(signal: AbortSignal, work: () => Output): Output {
  return asked.run(signal, work);
}

/** Returns a function that says whether whoever this is done for has gone meanwhile. */
export function whoAsks(): () => boolean {
  const signal = asked.getStore();
  return () => signal?.aborted ?? false;
}
