// The public conformance suite of GraphQL over HTTP against a listening server; the ids are those of the suite.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { startHub, type StartedHub } from '../unit/server/start-hub.ts';

describe.each([
  ['with sharing', true],
  ['without sharing', false],
])('GraphQL over HTTP, %s', (_name, shareOperations) => {
  let hub: StartedHub;
  beforeAll(async () => {
    hub = await startHub({ shareOperations });
  });
  afterAll(() => hub.close());

  const audits = serverAudits({ url: () => hub.graphql });

  it('has 61 audits', () => {
    expect(audits).toHaveLength(61);
  });

  // The second time, what was let in before takes the short way.
  it.each(audits.map((audit) => [audit.id, audit.name, audit.fn] as const))('%s %s, twice', async (_id, _name, run) => {
    for (let time = 1; time <= 2; time += 1) {
      const { status, reason } = (await run()) as { status: string; reason?: string };
      expect({ status, reason }).toEqual({ status: 'ok' });
    }
  });
});
