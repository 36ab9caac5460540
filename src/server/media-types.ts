// Which of the two media types of GraphQL over HTTP a caller prefers; status codes depend on it.

export const GRAPHQL_RESPONSE_JSON = 'application/graphql-response+json';
const JSON_TYPES = new Set(['application/json', 'application/*', '*/*']);

/**
 * Whether a response goes out as application/graphql-response+json. Without preference it is application/json, as
 * GraphQL over HTTP (section "Legacy watershed") wants it.
 */
export function prefersGraphqlResponse(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  let best: { readonly quality: number; readonly graphql: boolean } | undefined;
  for (const part of accept.split(',')) {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const graphql = type === GRAPHQL_RESPONSE_JSON;
    if (!graphql && !JSON_TYPES.has(type)) continue;
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = weight === undefined ? 1 : Number(weight.slice(2));
    if (quality > 0 && (best === undefined || quality > best.quality)) best = { quality, graphql };
  }
  return best?.graphql ?? false;
}
