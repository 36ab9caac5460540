// A GraphQL server as a subgraph: fetches and subscriptions are translated to what it understands. Made by index.ts.
import type { DocumentNode } from 'graphql';
import type { NamedSource, SourceServices } from '../../config/source-kind.ts';
import type { FetchResult, PlannedFetch, Variables } from '../../contract/fetch.ts';
import type { Scope } from '../../contract/scope.ts';
import type { Subgraph } from '../../contract/subgraph.ts';
import { toFederationSdl } from '../local/federation-sdl.ts';
import { buildLocalSchema } from '../local/local-schema.ts';
import { createRemote } from '../remote/create-remote.ts';
import type { Streamer } from '../remote/create-streamer.ts';
import { createChangeTeller } from '../remote/entity-changes.ts';
import { operationLabel } from '../remote/operation-label.ts';
import { createTouchedEntities } from '../remote/touched-entities.ts';
import type { GraphQlSettings } from './config.ts';
import { prepareFetch, translateRoot, type FetchContext } from './prepare-fetch.ts';
import { createRemoteModel, type RemoteModel } from './remote-model.ts';

export function createGraphQlSubgraph(
  source: NamedSource<GraphQlSettings>,
  sdl: DocumentNode,
  services: SourceServices,
): Subgraph {
  const { name, settings } = source;
  const { maxKeysPerBatch } = settings;
  const model = createRemoteModel(name, buildLocalSchema(name, sdl));
  const { caller, streamer } = createRemote(source, services);
  const context: FetchContext = { model, caller, maxKeysPerBatch, tagsOf: createTouchedEntities(sdl) };
  const tellChanges = createChangeTeller(name, sdl);
  return {
    name,
    kind: 'graphql',
    sdl: toFederationSdl(sdl, (type, fields) => isResolvable(model, type, fields)),
    prepare: (fetch) => tellChanges(fetch, (changed) => prepareFetch(changed, context)),
    explain: (fetch) => {
      const operation = operationLabel(fetch);
      if (fetch.representationVariables.length === 0) return [{ operation, path: [], repeat: 'once' }];
      return [{ operation, path: [], repeat: 'per-batch', maxKeysPerBatch }];
    },
    subscribe: (fetch, scope, variables) => stream(fetch, scope, variables, context, streamer),
    close: () => streamer.close(),
  };
}

async function* stream(
  fetch: PlannedFetch,
  scope: Scope,
  variables: Variables,
  context: FetchContext,
  streamer: Streamer,
): AsyncGenerator<FetchResult, void> {
  const root = translateRoot(fetch, context);
  const { operationName } = fetch;
  const payload = {
    query: root.text,
    variables: root.variables(variables),
    ...(operationName === undefined ? {} : { operationName }),
  };
  for await (const event of streamer.subscribe(payload, scope)) yield await root.read(scope, variables, event);
}

/** Whether the server can answer for the entity by this key: by a lookup, or because there is nothing to look up. */
function isResolvable(model: RemoteModel, typeName: string, fields: string): boolean {
  const key = fields.trim().split(/[\s,]+/);
  if ((model.lookups.get(typeName) ?? []).some((lookup) => lookup.keyFields.every((name) => key.includes(name))))
    return true;
  const type = model.schema.getType(typeName);
  if (type === undefined || !('getFields' in type)) return false;
  return Object.keys(type.getFields()).every(
    (name) => key.includes(name) || model.isExternal(type, name) || model.derivation(type, name) !== undefined,
  );
}
