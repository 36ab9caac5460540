// The @ai directive as a Connector of the local builder: prepares a field for answers, or for vectors.
import type { Connector } from '../../contract/connector.ts';
import { readDirective, type AiConnectorOptions } from './ai-field.ts';
import { prepareAnswer } from './answer-field.ts';
import { prepareEmbed } from './embed-field.ts';

export function createAiConnector(options: AiConnectorOptions): Connector {
  return {
    kind: 'ai',
    directive: 'ai',
    prepare(field) {
      const ai = readDirective(options, field);
      const run = ai.task === 'embed' ? prepareEmbed(options, ai) : prepareAnswer(options, ai, ai.task);
      return { run, operation: `${ai.task} via ${ai.route.name}`, merges: true };
    },
    close: () => Promise.resolve(),
  };
}
