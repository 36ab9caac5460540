// The public conformance suite of GraphQL over HTTP against a listening server; the ids are those of the suite.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { startHub, type StartedHub } from '../unit/server/start-hub.ts';

describe('GraphQL over HTTP', () => {
  let hub: StartedHub;
  beforeAll(async () => {
    hub = await startHub();
  });
  afterAll(() => hub.close());

  const audits = serverAudits({ url: () => hub.graphql });

  it('has 61 audits', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits.map((audit) => [audit.id, audit.name, audit.fn] as const))('%s %s', async (_id, _name, run) => {
    const { status, reason } = (await run()) as { status: string; reason?: string };
    expect({ status, reason }).toEqual({ status: 'ok' });
  });
});
