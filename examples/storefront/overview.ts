// What start.ts prints when everything runs: where things are, and one query to try.

export const QUERY =
  '{ orders(limit: 3) { id status customer { name city } ' +
  'items { quantity product { name stock { available location { aisle } } summary } } } }';

export interface Addresses {
  readonly hub: string;
  readonly shop: string;
  readonly warehouse: string;
  readonly reviews: string;
  readonly shopKey: string;
  /** Whether the assistant asks a model of a provider, or only the built-in one. */
  readonly realModel: boolean;
}

export function overview({ hub, shop, warehouse, reviews, shopKey, realModel }: Addresses): string {
  return `
The storefront is open.

  GraphiQL   ${hub}/
  GraphQL    ${hub}/graphql
  shop       ${shop}/orders (REST, header x-api-key: ${shopKey})
  warehouse  ${warehouse}?wsdl (SOAP)
  reviews    ${reviews} (a Federation subgraph)
  assistant  ${realModel ? 'openai/gpt-5-mini' : 'the built-in model, no key needed; OPENAI_API_KEY=… gets a real one'}

Orders from REST, stock from SOAP, a summary of the reviews from the model, in one query:

  curl -s ${hub}/graphql -H 'content-type: application/json' -d '${JSON.stringify({ query: QUERY })}'

More to try is in examples/storefront/README.md. Ctrl-C stops everything.
`;
}
