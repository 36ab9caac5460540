// A client that is cut off all the time and goes on where it was: server-sent events with Last-Event-ID.
import type { Delivery } from './webhook-sender.ts';

export interface ResumingSubscriber {
  /** In the order in which they came. */
  readonly seen: readonly Delivery[];
  /** Gaps and errors that it was told of. */
  readonly trouble: readonly string[];
  /** How often it connected. */
  readonly connections: () => number;
  /** Resolves when so many were seen; rejects after `timeoutMs` without any. */
  until(count: number, timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}

const QUERY = 'subscription { syncEvents { key occurredAt gap { lost } } }';

/** Resolves when it is connected and has its first place. */
export async function subscribe(pickUrl: () => string): Promise<ResumingSubscriber> {
  const seen: Delivery[] = [];
  const trouble: string[] = [];
  const stopping = new AbortController();
  let connections = 0;
  let lastId: string | undefined;
  let placed: () => void = () => undefined;
  const hasPlace = new Promise<void>((resolve) => (placed = resolve));

  function take(message: string): void {
    for (const line of message.split('\n')) {
      if (line.startsWith('data: ')) {
        const { data, errors } = JSON.parse(line.slice(6));
        const event = data?.syncEvents;
        if (event?.gap) trouble.push(`a gap of ${event.gap.lost}`);
        else if (event) seen.push({ entity: event.key.id, sequence: Date.parse(event.occurredAt) });
        else trouble.push(JSON.stringify(errors));
      }
      if (line.startsWith('id: ')) {
        lastId = line.slice(4);
        placed();
      }
    }
  }

  async function connectOnce(): Promise<void> {
    const response = await fetch(`${pickUrl()}/graphql/stream?query=${encodeURIComponent(QUERY)}`, {
      headers: { accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
      signal: stopping.signal,
    });
    if (!response.ok || response.body === null) return;
    connections += 1;
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const messages = (text + chunk).split('\n\n');
      text = messages.pop() ?? '';
      for (const message of messages) take(message);
    }
  }

  const running = (async () => {
    while (!stopping.signal.aborted) {
      await connectOnce().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  })();
  await hasPlace;

  return {
    seen,
    trouble,
    connections: () => connections,
    async until(count, timeoutMs) {
      let last = seen.length;
      let since = performance.now();
      while (seen.length < count) {
        if (seen.length !== last) [last, since] = [seen.length, performance.now()];
        if (performance.now() - since > timeoutMs) throw new Error(`only ${seen.length} of ${count} events came`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
