// A listening server over a fake graph, closed after the test.
import { createClient, type Client } from 'graphql-ws';
import pino from 'pino';
import { WebSocket } from 'ws';
import { limitSettingsSchema, type LimitSettings } from '../../../src/config/limit-settings.ts';
import { serverSettingsSchema, type ServerSettings } from '../../../src/config/server-settings.ts';
import { ANONYMOUS } from '../../../src/contract/principal.ts';
import { createAdmission } from '../../../src/operation/create-admission.ts';
import { createServer, type HubServer, type ServerOptions } from '../../../src/server/create-server.ts';
import { createFakeGraph } from '../../kit/fake-graph.ts';

export interface StartedHub {
  readonly url: string;
  readonly graphql: string;
  readonly server: HubServer;
  /** What was logged, parsed. */
  readonly logs: any[];
  post(query: string, options?: PostOptions): Promise<Answer>;
  /** A websocket client; `params` become its connection parameters. */
  client(params?: Record<string, unknown>): Client;
  close(): Promise<void>;
}

export type HubOptions = Partial<Omit<ServerOptions, 'settings'>> & { readonly limits?: Partial<LimitSettings> };

export interface PostOptions {
  readonly variables?: unknown;
  readonly operationName?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

export async function startHub(
  { limits: given = {}, ...options }: HubOptions = {},
  settings: Partial<ServerSettings> = {},
): Promise<StartedHub> {
  const logs: any[] = [];
  const limits = limitSettingsSchema.parse(given);
  const server = createServer({
    graph: createFakeGraph(),
    logger: pino({ level: 'debug' }, { write: (line: string) => void logs.push(JSON.parse(line)) }),
    shareOperations: true,
    authenticate: () => Promise.resolve(ANONYMOUS),
    admit: ({ schema }, text, operationName) => {
      const admitted = createAdmission(schema, limits).admit(text, operationName);
      if ('errors' in admitted) throw new AggregateError(admitted.errors);
      return { document: admitted.document, text, operationName };
    },
    maxTokens: limits.maxTokens === false ? undefined : limits.maxTokens,
    ...options,
    settings: serverSettingsSchema.parse({ port: 0, drainMs: 200, ...settings }),
  });
  const { url } = await server.listen();
  const graphql = `${url}/graphql`;
  const clients: Client[] = [];
  return {
    url,
    graphql,
    server,
    logs,
    async post(query, { headers, signal, ...rest } = {}) {
      const response = await fetch(graphql, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
        body: JSON.stringify({ query, ...rest }),
        ...(signal === undefined ? {} : { signal }),
      });
      return { status: response.status, headers: response.headers, body: await response.json() };
    },
    client(connectionParams) {
      const client = createClient({
        url: graphql.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        ...(connectionParams === undefined ? {} : { connectionParams }),
      });
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) void client.dispose();
      await server.close();
    },
  };
}
