// The `ai` kind: language and embedding models as a subgraph. Called by compose.ts.
import type { SourceKind } from '../../config/source-kind.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { createLocalSubgraph } from '../local/create-local-subgraph.ts';
import { mergeSdl } from '../local/merge-sdl.ts';
import { createBaseSdl } from './base-sdl.ts';
import { createCallModel } from './call-model.ts';
import { aiSettingsSchema, findProvider, LOCAL_MODEL, usableRoutes, type AiSettings } from './config.ts';
import { createAiConnector } from './connector.ts';
import { createLocalModel } from './local/local-model.ts';
import type { Model } from './model.ts';
import { createRouteRunner, type Route } from './route.ts';
import { createSdkModel } from './sdk-model.ts';

/**
 * Nothing is loaded or called before the first question. `create` rejects with HUB_CONFIG_INVALID where a route has no
 * model that can be used, and with HUB_COMPOSE_SDL where an `@ai` field cannot work.
 */
export function createAiKind(): SourceKind<AiSettings> {
  return {
    kind: 'ai',
    settings: aiSettingsSchema,
    // Async, so that what is wrong with the source rejects instead of throwing.
    // eslint-disable-next-line @typescript-eslint/require-await
    async create({ name, settings }, sdl, services) {
      const models = new Map<string, Model>();
      const routes = createRoutes(name, settings, models);
      const base = createBaseSdl(settings.rootFields);
      const callModel = createCallModel(name, settings, services.stats, [...models.values()]);
      const connector = createAiConnector({
        source: name,
        routes,
        runner: createRouteRunner(name, settings, callModel),
        envelopes: base?.envelopes,
        settings,
      });
      return createLocalSubgraph({
        name,
        kind: 'ai',
        // Hand-written SDL comes last: what it says about a field of the base counts.
        sdl: mergeSdl(base === undefined ? [sdl] : [base.document, sdl]),
        connectors: [connector],
        settings,
      });
    },
  };
}

/** One Model for each name, whichever routes it is in: they share its breaker. */
function createRoutes(source: string, settings: AiSettings, models: Map<string, Model>): ReadonlyMap<string, Route> {
  const routes = new Map<string, Route>();
  for (const [name, modelNames] of usableRoutes(settings)) {
    const usable = modelNames.map((modelName) => {
      const model = models.get(modelName) ?? createModel(source, settings, modelName);
      models.set(modelName, model);
      return model;
    });
    if (usable.length === 0) {
      throw new HubFault('HUB_CONFIG_INVALID', `sources.${source}.routes.${name} has no model that can be used.`);
    }
    routes.set(name, { name, models: usable });
  }
  return routes;
}

function createModel(source: string, settings: AiSettings, model: string): Model {
  if (model === LOCAL_MODEL) return createLocalModel();
  const provider = findProvider(settings, model.slice(0, model.indexOf('/')));
  if (provider === undefined) {
    throw new HubFault('HUB_CONFIG_INVALID', `sources.${source}.routes: there is no provider for ${model}.`);
  }
  const { maxOutputTokens, maxResponseBytes } = settings;
  return createSdkModel({ source, model, provider, maxOutputTokens, maxResponseBytes });
}
