// One caller of the soak: asks something else each time, also what is wrong, too late or given up, as somebody else.
import { createHmac, randomInt } from 'node:crypto';

export interface SoakCounts {
  answered: number;
  refused: number;
  aborted: number;
  streams: number;
}

export interface SoakHub {
  readonly url: string;
  readonly secret: string;
}

const ORDER = 'id status customer { name city } items { quantity product { name stock { available } summary } }';
const ORDERS = 1_000;

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token of a caller that nobody else is. */
function tokenOf(subject: number, secret: string): string {
  const exp = Math.floor(Date.now() / 1_000) + 600;
  const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ iss: 'soak', aud: 'hub', sub: `caller-${subject}`, exp })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

interface Asked {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

const another = (): string => randomInt(1e9).toString(36);
const order = (): string => `ord-${String(randomInt(ORDERS) + 1).padStart(4, '0')}`;

/** What is asked, and how many times in a hundred. */
const KINDS: readonly (readonly [number, () => Asked])[] = [
  [30, () => ({ query: `{ orders(limit: 3) { ${ORDER} } }` })],
  [25, () => ({ query: `query ($id: ID!) { order(id: $id) { ${ORDER} } }`, variables: { id: order() } })],
  [20, () => ({ query: `{ a${another()}: orders(limit: ${randomInt(1, 20)}) { id status } }` })],
  [5, () => ({ query: `query ($id: ID!) { order(id: $id) { id } }`, variables: { id: another() } })],
  [5, () => ({ query: `{ orders { no${another()} } }` })],
  [5, () => ({ query: `{ orders(limit: ` + another() })],
  [5, () => ({ query: `query ($id: ID!) { order(id: $id) { id } }`, variables: { no: another() } })],
  [
    5,
    () => ({
      query: 'mutation ($id: ID!, $note: String) { updateOrder(id: $id, input: { note: $note }) { id } }',
      variables: { id: order(), note: another() },
    }),
  ],
];

function draw(): Asked {
  let left = randomInt(100);
  for (const [share, ask] of KINDS) if ((left -= share) < 0) return ask();
  return { query: '{ __typename }' };
}

/** Asks until `signal` aborts. Never rejects: what fails is counted. */
export async function callUntil(signal: AbortSignal, hub: SoakHub, counts: SoakCounts): Promise<void> {
  while (!signal.aborted) {
    const streams = randomInt(100) < 5;
    const givesUp = streams || randomInt(100) < 5;
    const patience = givesUp ? AbortSignal.timeout(streams ? randomInt(50, 3_000) : randomInt(1, 10)) : undefined;
    const asked = streams ? { query: 'subscription { orderChanged { entity { id status } } }' } : draw();
    try {
      const response = await fetch(streams ? `${hub.url}/stream` : hub.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: streams ? 'text/event-stream' : 'application/json',
          authorization: `Bearer ${randomInt(100) < 3 ? another() : tokenOf(randomInt(1e6), hub.secret)}`,
        },
        body: JSON.stringify(asked),
        signal: AbortSignal.any([signal, ...(patience === undefined ? [] : [patience])]),
      });
      if (streams && response.ok) counts.streams += 1;
      await response.text();
      if (response.ok) counts.answered += 1;
      else counts.refused += 1;
    } catch {
      counts.aborted += 1;
    }
  }
}
