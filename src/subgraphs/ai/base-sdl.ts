// The fields that an ai source has without any schema of its own: Query.generate, summarize, classify and embed.
import { parse, type DocumentNode } from 'graphql';
import type { AiSettings } from './config.ts';

/** Types whose fields are partly the model's answer and partly about the call; the connector fills in the latter. */
export interface EnvelopeTypes {
  readonly generation: string;
  readonly classification: string;
}

export interface BaseSdl {
  readonly document: DocumentNode;
  readonly envelopes: EnvelopeTypes;
}

/** Undefined where `rootFields: false`. A prefix goes before every name: `aiGenerate`, `AiGeneration`. */
export function createBaseSdl(rootFields: AiSettings['rootFields']): BaseSdl | undefined {
  if (rootFields === false) return undefined;
  const prefix = rootFields === true ? '' : rootFields.prefix;
  const field = (name: string): string => (prefix === '' ? name : `${prefix}${capital(name)}`);
  const type = (name: string): string => `${capital(prefix)}${name}`;
  const envelopes = { generation: type('Generation'), classification: type('Classification') };
  const sdl = /* GraphQL */ `
    type Query {
      "Asks a model. The prompt is the caller's, so what it says is answered, not checked."
      ${field('generate')}(prompt: String!, "Name of a route; by default the source's first." route: String): ${envelopes.generation} @ai(task: generate)
      "A shorter text that says what the text says."
      ${field('summarize')}(text: String!, maxWords: Int, route: String): String @ai(task: summarize)
      "The label that fits the text best."
      ${field('classify')}(text: String!, labels: [String!]!, route: String): ${envelopes.classification} @ai(task: classify)
      "One vector per text, in the order of the texts, all from one model."
      ${field('embed')}(texts: [String!]!, route: String): [[Float!]!]! @ai(task: embed)
    }

    type ${envelopes.generation} {
      text: String!
      "The model that answered: openai/gpt-5-mini, local/extractive."
      model: String!
      "Null where one call answered several fields."
      inputTokens: Int
      outputTokens: Int
    }

    type ${envelopes.classification} {
      label: String!
      "0 to 1, as the model sees it; not a calibrated probability."
      score: Float
      model: String!
    }
  `;
  return { document: parse(sdl, { noLocation: true }), envelopes };
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
