import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { feedsSchema } from '../../../../src/config/feed-settings.ts';
import { webhooksSchema } from '../../../../src/config/webhook-settings.ts';
import type { EventLog } from '../../../../src/contract/events.ts';
import type { DeadLetters } from '../../../../src/contract/webhooks.ts';
import { createIntake } from '../../../../src/events/intake/create-intake.ts';
import { createMemoryDeadLetters } from '../../../../src/events/intake/memory-dead-letters.ts';
import { createMemoryEventLog } from '../../../../src/events/memory-event-log.ts';
import type { FaultCode } from '../../../../src/faults/fault-table.ts';
import { HubFault } from '../../../../src/faults/hub-fault.ts';
import { createDeliveryCounts } from '../../../../src/telemetry/delivery-counts.ts';
import { createLogger } from '../../../../src/telemetry/logger.ts';

const NOW = 1_700_000_000_000;
const EVENT = '{ "type": "Order", "operation": "UPDATED", "key": { "id": id } }';

interface Opened {
  readonly map?: string;
  readonly log?: Partial<EventLog>;
  readonly deadLetters?: Partial<DeadLetters>;
}

function open({ map = EVENT, ...parts }: Opened = {}) {
  const log: EventLog = { ...createMemoryEventLog(), ...parts.log };
  const deadLetters: DeadLetters = { ...createMemoryDeadLetters(), ...parts.deadLetters };
  const counts = createDeliveryCounts();
  let wakes = 0;
  const withMap = (text: string) =>
    createIntake({
      webhooks: webhooksSchema.parse({
        stripe: { source: 'shop', scheme: 'stripe', secrets: ['s'], map: text },
        slack: { source: 'shop', scheme: 'slack', secrets: ['s'], map: text },
        open: { source: 'shop', scheme: 'none', map: text, deliveryIdHeader: 'x-id' },
      }),
      feeds: feedsSchema.parse({ open: { source: 'shop', subscription: 'subscription { s }', map: text } }),
      log,
      deadLetters,
      counts,
      describedBy: () => new Map(),
      wake: () => (wakes += 1),
      logger: createLogger('silent'),
      now: () => NOW,
    });
  return { intake: withMap(map), withMap, log, deadLetters, counts: () => counts.snapshot(), wakes: () => wakes };
}

function stripe(body: unknown, secret = 's', at = NOW / 1000) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const signature = createHmac('sha256', secret).update(`${at}.${text}`).digest('hex');
  return {
    requestId: 'request-1',
    headers: { 'stripe-signature': `t=${at},v1=${signature}`, 'x-other': 'kept', cookie: 'c', 'x-api-key': 'k' },
    body: Buffer.from(text),
  };
}

const failing = (code: FaultCode) => () => Promise.reject(new HubFault(code, 'no'));

describe('the intake of webhooks', () => {
  it('stores what a delivery tells of, and answers then', async () => {
    const { intake, log, counts, wakes } = open();
    const answer = await intake.receive('stripe', stripe({ id: 'evt_1' }));
    expect(answer).toEqual({ status: 200, body: { status: 'stored', events: 1 } });
    expect(await log.read(undefined, 10)).toMatchObject([
      {
        source: 'shop',
        type: 'Order',
        key: { id: 'evt_1' },
        deliveryId: 'evt_1',
        correlationId: 'request-1',
        payload: { id: 'evt_1' },
      },
    ]);
    expect(counts()).toEqual([{ webhook: 'stripe', outcome: 'stored', count: 1 }]);
    expect(wakes()).toBe(1);
  });

  it('makes one event of a delivery that comes twice, and accepts both', async () => {
    const { intake, log, wakes } = open();
    const answers = await Promise.all([1, 2, 3].map(() => intake.receive('stripe', stripe({ id: 'evt_1' }))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await log.read(undefined, 10)).toHaveLength(1);
    expect(wakes()).toBe(1);
  });

  it('gives the same answer to every signature that is no good', async () => {
    const { intake, log, counts } = open();
    const { headers, ...unsigned } = stripe({ id: 'evt_1' });
    const answers = [
      await intake.receive('stripe', stripe({ id: 'evt_1' }, 'another secret')),
      await intake.receive('stripe', stripe({ id: 'evt_1' }, 's', NOW / 1000 - 3600)),
      await intake.receive('stripe', { ...unsigned, headers: {} }),
      await intake.receive('stripe', { ...unsigned, headers: { 'stripe-signature': headers.cookie } }),
      await intake.receive('stripe', stripe('not even json', 'another secret')),
    ];
    expect(answers[0]).toMatchObject({ status: 401, body: { error: expect.any(String) } });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await log.read(undefined, 10)).toEqual([]);
    expect(counts()).toEqual([{ webhook: 'stripe', outcome: 'bad-signature', count: 5 }]);
  });

  it('answers the challenge of Slack only when it is signed', async () => {
    const { intake } = open();
    const body = JSON.stringify({ type: 'url_verification', challenge: 'c' });
    const signature = `v0=${createHmac('sha256', 's')
      .update(`v0:${NOW / 1000}:${body}`)
      .digest('hex')}`;
    const headers = { 'x-slack-request-timestamp': String(NOW / 1000), 'x-slack-signature': signature };
    const signed = { requestId: 'r', headers, body: Buffer.from(body) };
    expect(await intake.receive('slack', signed)).toMatchObject({ status: 200, body: { challenge: 'c' } });
    expect(await intake.receive('slack', { ...signed, headers: {} })).toMatchObject({ status: 401 });
  });

  it('accepts a delivery that is of no interest', async () => {
    const { intake, log, deadLetters } = open({ map: 'nothing' });
    expect(await intake.receive('stripe', stripe({ id: 'e' }))).toMatchObject({
      status: 200,
      body: { status: 'ignored' },
    });
    expect(await log.read(undefined, 10)).toEqual([]);
    expect(await deadLetters.list({}, 10)).toEqual([]);
  });

  it.each([
    ['cannot be mapped', { id: { no: 'key' } }, /key\.id/],
    ['is no JSON', 'amount=1', /not JSON/],
    ['is nested without end', '['.repeat(5000) + ']'.repeat(5000), /deeper/],
  ])('keeps a delivery that %s as a dead letter, once', async (_what, body, reason) => {
    const { intake, deadLetters, log } = open();
    const sent = { ...stripe({ id: 'evt_1' }), ...stripe(body) };
    expect(await intake.receive('stripe', sent)).toMatchObject({ status: 202, body: { status: 'kept' } });
    const [letter] = await deadLetters.list({}, 10);
    expect(letter).toMatchObject({
      webhook: 'stripe',
      source: 'shop',
      reason: expect.stringMatching(reason),
      body: sent.body,
    });
    expect(letter?.headers).toEqual({ 'x-other': 'kept' });
    expect(await log.read(undefined, 10)).toEqual([]);
  });

  it('keeps a dead letter once, however often the sender tries', async () => {
    const { intake, deadLetters } = open();
    const sent = { requestId: 'r', headers: { 'x-id': '9' }, body: Buffer.from('{}') };
    for (let time = 0; time < 3; time++) expect(await intake.receive('open', sent)).toMatchObject({ status: 202 });
    expect(await deadLetters.list({}, 10)).toHaveLength(1);
  });

  it('keeps what the log refuses because of what it is', async () => {
    const { intake, deadLetters } = open({ log: { append: failing('HUB_INTERNAL') } });
    expect(await intake.receive('stripe', stripe({ id: 'e' }))).toMatchObject({ status: 202 });
    expect(await deadLetters.list({}, 10)).toMatchObject([{ deliveryId: 'e' }]);
  });

  it.each(['HUB_EVENT_STORE_UNAVAILABLE', 'HUB_CAPACITY_EXCEEDED'] as const)(
    'asks the sender to try again while nothing can be stored (%s)',
    async (code) => {
      const { intake, counts } = open({ log: { append: failing(code) }, deadLetters: { keep: failing(code) } });
      expect(await intake.receive('stripe', stripe({ id: 'e' }))).toMatchObject({
        status: 503,
        headers: { 'retry-after': '5' },
      });
      expect(await intake.receive('stripe', stripe('no json'))).toMatchObject({ status: 503 });
      expect(counts()).toEqual([{ webhook: 'stripe', outcome: 'unavailable', count: 2 }]);
    },
  );

  it('never says what went wrong inside', async () => {
    const { intake } = open({
      log: { append: failing('HUB_INTERNAL') },
      deadLetters: { keep: () => Promise.reject(new Error('password=hunter2')) },
    });
    const answer = await intake.receive('stripe', stripe({ id: 'e' }));
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer)).not.toMatch(/hunter2/);
  });

  it('counts strangers under one name', async () => {
    const { intake, counts } = open();
    expect(intake.limitsOf('nobody')).toBeUndefined();
    expect(intake.limitsOf('constructor')).toBeUndefined();
    for (const name of ['nobody', '__proto__', 'x'])
      expect(intake.refuse(name, 'unknown-name')).toMatchObject({ status: 404 });
    expect(await intake.receive('toString', stripe({}))).toMatchObject({ status: 404 });
    expect(counts()).toEqual([{ webhook: '(unknown)', outcome: 'unknown-name', count: 4 }]);
  });

  it('stores a long id of a delivery by its digest', async () => {
    const { intake, log } = open();
    const id = 'x'.repeat(5_000);
    for (let time = 0; time < 2; time++) await intake.receive('stripe', stripe({ id }));
    const events = await log.read(undefined, 10);
    expect(events).toHaveLength(1);
    expect(events[0]?.deliveryId).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('tells deliveries apart by what the mapping says, where it says something', async () => {
    const { intake, log } = open({
      map: '{ "type": "Order", "operation": "UPDATED", "key": { "id": "1" }, "deliveryId": own }',
    });
    await intake.receive('stripe', stripe({ id: 'a', own: 'same' }));
    await intake.receive('stripe', stripe({ id: 'b', own: 'same' }));
    expect(await log.read(undefined, 10)).toMatchObject([{ deliveryId: 'same' }]);
  });
});

describe('the replay of dead letters', () => {
  it('makes events of them once the mapping is mended, and marks them', async () => {
    const { intake, withMap, deadLetters, log } = open({ map: EVENT.replace('id } }', 'missing } }') });
    await intake.receive('stripe', stripe({ id: 'evt_1' }));
    const [letter] = await deadLetters.list({}, 10);
    await expect(intake.replay(letter!)).rejects.toMatchObject({ code: 'HUB_EVENT_UNMAPPED' });
    expect(await deadLetters.list({}, 10)).toHaveLength(1);

    expect(await withMap(EVENT).replay(letter!)).toBe(1);
    expect(await log.read(undefined, 10)).toMatchObject([{ deliveryId: 'evt_1', key: { id: 'evt_1' } }]);
    expect(await deadLetters.list({}, 10)).toEqual([]);
    expect(await deadLetters.list({}, 10, true)).toMatchObject([{ replayedAt: expect.any(String) }]);
  });

  it('makes no second event where the sender had come again meanwhile', async () => {
    const { intake, withMap, deadLetters, log } = open({ map: EVENT.replace('id } }', 'missing } }') });
    await intake.receive('stripe', stripe({ id: 'evt_1' }));
    const mended = withMap(EVENT);
    expect(await mended.receive('stripe', stripe({ id: 'evt_1' }))).toMatchObject({ body: { events: 1 } });
    const [letter] = await deadLetters.list({}, 10);
    expect(await mended.replay(letter!)).toBe(0);
    expect(await log.read(undefined, 10)).toHaveLength(1);
  });

  it('says so where the webhook is gone', async () => {
    const { intake, deadLetters } = open({ map: 'missing.x ? 1 : {}' });
    await intake.receive('stripe', stripe({ id: 'e' }));
    const [letter] = await deadLetters.list({}, 10);
    await expect(intake.replay({ ...letter!, webhook: 'gone' })).rejects.toMatchObject({
      code: 'HUB_EVENT_UNMAPPED',
      message: 'there is no webhook "gone" any more',
    });
  });
});
