// A field with @ai, its directive read and checked; what the two ways of answering it have in common.
import type { ConnectorField } from '../../contract/connector.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import type { EnvelopeTypes } from './base-sdl.ts';
import type { AiSettings } from './config.ts';
import type { AiTask } from './model.ts';
import type { Route, RouteRunner } from './route.ts';

export interface AiConnectorOptions {
  readonly source: string;
  /** The first is the default. */
  readonly routes: ReadonlyMap<string, Route>;
  readonly runner: RouteRunner;
  readonly envelopes: EnvelopeTypes | undefined;
  readonly settings: Pick<AiSettings, 'maxKeysPerBatch' | 'maxInputChars'>;
}

export interface AiField {
  readonly field: ConnectorField;
  readonly coordinate: string;
  readonly task: AiTask;
  readonly route: Route;
  readonly prompt: string | undefined;
  readonly maxWords: number | undefined;
}

/** @throws HUB_COMPOSE_SDL where the route is not there. */
export function readDirective({ routes, source }: AiConnectorOptions, field: ConnectorField): AiField {
  const coordinate = `${field.parent.name}.${field.field.name}`;
  const { route: name, task = 'generate', prompt, maxWords } = field.directive;
  const route = typeof name === 'string' ? routes.get(name) : routes.values().next().value;
  if (route === undefined) {
    throw refuse(coordinate, `"${source}" has no route "${String(name)}"; it has ${[...routes.keys()].join(', ')}`);
  }
  return {
    field,
    coordinate,
    task: task as AiTask,
    route,
    prompt: typeof prompt === 'string' ? prompt : undefined,
    maxWords: typeof maxWords === 'number' ? maxWords : undefined,
  };
}

/** A caller's route by name; HUB_REQUEST_INVALID where there is none of that name. */
export function routeOf(routes: ReadonlyMap<string, Route>, ai: AiField, wanted: string | undefined): Route {
  if (wanted === undefined) return ai.route;
  const route = routes.get(wanted);
  if (route !== undefined) return route;
  throw new HubFault(
    'HUB_REQUEST_INVALID',
    `${ai.coordinate}: there is no route of that name; there is ${[...routes.keys()].join(', ')}.`,
  );
}

/** HUB_COMPOSE_SDL for a field that cannot work. */
export function refuse(coordinate: string, why: string): HubFault {
  return new HubFault('HUB_COMPOSE_SDL', `${coordinate} cannot use @ai: ${why}.`, { details: { at: coordinate } });
}
