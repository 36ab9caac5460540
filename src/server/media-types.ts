// Which media type of GraphQL over HTTP a caller prefers: status codes depend on it, and whether an answer is a stream.

export const GRAPHQL_RESPONSE_JSON = 'application/graphql-response+json';
const EVENT_STREAM = 'text/event-stream';

const SINGLE: ReadonlyMap<string, 'graphql' | 'json'> = new Map([
  [GRAPHQL_RESPONSE_JSON, 'graphql'],
  ['application/json', 'json'],
  ['application/*', 'json'],
  ['*/*', 'json'],
]);
const ALL: ReadonlyMap<string, 'graphql' | 'json' | 'stream'> = new Map([...SINGLE, [EVENT_STREAM, 'stream']]);

/**
 * Whether a response goes out as application/graphql-response+json. Without preference it is application/json, as
 * GraphQL over HTTP (section "Legacy watershed") wants it.
 */
export function prefersGraphqlResponse(accept: string | undefined): boolean {
  return preferred(accept, SINGLE) === 'graphql';
}

/** Whether a response goes out as an event stream: only where the caller names it before every kind of JSON. */
export function prefersEventStream(accept: string | undefined): boolean {
  return preferred(accept, ALL) === 'stream';
}

/** Whether a caller speaks the multipart protocol for subscriptions: its clients say so for these alone. */
export function takesMultipart(accept: string | undefined): boolean {
  return (accept?.split(',') ?? []).some((part) => {
    const [type, ...parameters] = part.toLowerCase().replaceAll(/[\s"]/g, '').split(';');
    return type === 'multipart/mixed' && parameters.includes('subscriptionspec=1.0') && !parameters.includes('q=0');
  });
}

/** The first of those with the highest quality; undefined where the caller wants none of them. */
function preferred<T>(accept: string | undefined, offered: ReadonlyMap<string, T>): T | undefined {
  let best: { readonly quality: number; readonly offer: T } | undefined;
  for (const part of accept?.split(',') ?? []) {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const offer = offered.get(type);
    if (offer === undefined) continue;
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = weight === undefined ? 1 : Number(weight.slice(2));
    if (quality > 0 && (best === undefined || quality > best.quality)) best = { quality, offer };
  }
  return best?.offer;
}
