// A soap source for tests: a WSDL of the fixtures, its imported SDL, the real transport, and a server that answers.
import { join } from 'node:path';
import { parse } from 'graphql';
import type { FetchResult } from '../../../../src/contract/fetch.ts';
import type { Scope } from '../../../../src/contract/scope.ts';
import { createScope } from '../../../../src/engine/create-scope.ts';
import { createSoapKind } from '../../../../src/subgraphs/soap/index.ts';
import { createLogger } from '../../../../src/telemetry/logger.ts';
import { createSourceStats } from '../../../../src/telemetry/source-stats.ts';
import { createTransport } from '../../../../src/transport/create-transport.ts';
import { mergeSdl } from '../../../../src/subgraphs/local/merge-sdl.ts';

export const WSDL_FOLDER = join(import.meta.dirname, '../../../fixtures/wsdl');

export interface SoapSource {
  readonly run: (text: string, variables?: Record<string, unknown>, scope?: Scope) => Promise<FetchResult>;
  readonly sdl: string;
  readonly stats: ReturnType<typeof createSourceStats>;
  close(): Promise<void>;
}

export async function startSource(
  spec: string,
  url: string | undefined,
  more: Record<string, unknown> = {},
  joins = '',
): Promise<SoapSource> {
  const kind = createSoapKind();
  const retry = { attempts: 3, initialDelayMs: 1, maxDelayMs: 5 };
  const settings = kind.settings.parse({ kind: 'soap', spec, retry, ...(url === undefined ? {} : { url }), ...more });
  const source = { name: 'stock', settings };
  const { sdl } = (await kind.importSdl?.(source, WSDL_FOLDER)) ?? { sdl: '' };
  const documents = joins === '' ? [parse(sdl)] : [parse(sdl), parse(joins)];
  const stats = createSourceStats();
  const logger = createLogger('silent');
  const subgraph = await kind.create(source, mergeSdl(documents), {
    folder: WSDL_FOLDER,
    stats,
    logger,
    shareLookups: true,
    transport: (baseUrl) => createTransport({ source: 'stock', baseUrl, settings, stats, logger }),
  });
  return {
    sdl,
    stats,
    run(text, variables = {}, scope = createScope()) {
      const kindOf = text.trimStart().startsWith('mutation') ? 'mutation' : 'query';
      const fetch = subgraph.prepare({
        subgraph: 'stock',
        kind: kindOf,
        text,
        document: parse(text),
        variableNames: Object.keys(variables),
        representationVariables: [],
      });
      return fetch(scope, variables);
    },
    close: () => subgraph.close(),
  };
}

/** An envelope of SOAP 1.1 (or 1.2) around the XML of a body. */
export function envelope(body: string, namespace = 'http://schemas.xmlsoap.org/soap/envelope/'): string {
  return `<?xml version="1.0"?><e:Envelope xmlns:e="${namespace}"><e:Body>${body}</e:Body></e:Envelope>`;
}

export const SOAP12 = 'http://www.w3.org/2003/05/soap-envelope';
