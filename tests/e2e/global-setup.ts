import type { TestProject } from 'vitest/node';
import { startHub, type RunningHub } from '../support/hub.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A hub as `npm start` makes it: real library, nobody in it. */
    fresh: RunningHub;
    /** The same with the sample community. */
    demo: RunningHub;
  }
}

export default async function setup(project: TestProject) {
  const [fresh, demo] = await Promise.all([startHub(), startHub({ HUB_DEMO: '1' })]);
  project.provide('fresh', fresh.hub);
  project.provide('demo', demo.hub);
  return async () => { await Promise.all([fresh.stop(), demo.stop()]); };
}
