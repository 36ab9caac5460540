// GraphQL over the wire, as a client speaks it: one POST, or operations on a websocket.
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface Asked {
  readonly status: number;
  readonly data?: any;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, any>> & { readonly code: string };
  }[];
  readonly extensions?: any;
}

export interface AskOptions {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function ask(url: string, query: string, { variables, headers = {} }: AskOptions = {}): Promise<Asked> {
  const response = await fetch(new URL('/graphql', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

/** A client that connects once and reports every end of its connection. Dispose of it when done. */
export function connect(url: string, connectionParams: Readonly<Record<string, unknown>> = {}): Client {
  return createClient({
    url: new URL('/graphql', url.replace(/^http/, 'ws')).href,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
    lazy: true,
    lazyCloseTimeout: 60_000,
    onNonLazyError: () => undefined,
  });
}

export async function askSocket(client: Client, query: string): Promise<any> {
  for await (const result of client.iterate({ query })) return result;
  throw new Error('the operation ended without a result');
}

export interface Subscribed {
  /** The next result; rejects where the subscription has ended. */
  next(): Promise<any>;
  end(): Promise<void>;
}

/** Resolves when the hub listens: what happens from then on is reported. */
export async function subscribe(client: Client, query: string, variables = {}): Promise<Subscribed> {
  const results = client.iterate({ query, variables });
  // Answered after the subscription, on the same connection, has begun.
  await askSocket(client, '{ __typename }');
  return {
    async next() {
      const result = await results.next();
      if (result.done === true) throw new Error('the subscription has ended');
      return result.value;
    },
    end: async () => {
      await results.return?.();
    },
  };
}
