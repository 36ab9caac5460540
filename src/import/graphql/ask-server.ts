// One question to a GraphQL server, with the source's credentials: for the importers of SDL and of introspection.
import type { NamedSource } from '../../config/source-kind.ts';
import { HubFault, toHubFault } from '../../faults/hub-fault.ts';
import type { UpstreamResponse } from '../../contract/transport.ts';
import { createDirectClient } from '../../transport/direct-client.ts';
import { createRedactor } from '../../transport/redact.ts';

export interface Answer {
  /** Undefined where the server refused the question. */
  readonly data: Readonly<Record<string, unknown>> | undefined;
  /** Messages of GraphQL errors. */
  readonly errors: readonly string[];
}

export interface Server {
  /** The address, without credentials: for messages and lock files. */
  readonly shown: string;
  /** Rejects with HUB_IMPORT_UNREADABLE where it does not answer, or not in GraphQL. */
  ask(query: string): Promise<Answer>;
  close(): Promise<void>;
}

/** Throws HUB_CONFIG_INVALID where url or credentials cannot be used. */
export function createServerClient({ name, settings }: NamedSource, url: string): Server {
  const client = createDirectClient(name, url, settings);
  const redact = createRedactor(client.secrets);
  const { origin, pathname, search } = new URL(url);
  const shown = redact(origin + pathname + search);
  const unreadable = (why: string, cause?: unknown) =>
    new HubFault('HUB_IMPORT_UNREADABLE', `cannot read the schema of ${shown}: ${why}`, { cause });

  return {
    shown,
    async ask(query) {
      let response: UpstreamResponse;
      try {
        const request = {
          method: 'POST' as const,
          origin,
          path: pathname + search,
          headers: {
            'content-type': 'application/json',
            accept: 'application/graphql-response+json, application/json;q=0.9',
          },
          body: JSON.stringify({ query }),
        };
        response = await client.send(await client.authorize(request, undefined));
      } catch (error) {
        throw unreadable(toHubFault(error).message, error);
      }
      const body = parse(response.text());
      if (body === undefined || !(isObject(body.data) || Array.isArray(body.errors))) {
        throw unreadable(`it answered with status ${response.status} and no GraphQL response`);
      }
      const errors: readonly unknown[] = Array.isArray(body.errors) ? body.errors : [];
      return {
        data: isObject(body.data) ? body.data : undefined,
        errors: errors.map((error) =>
          redact(isObject(error) && typeof error.message === 'string' ? error.message : 'an error without a message'),
        ),
      };
    },
    close: () => client.close(),
  };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
