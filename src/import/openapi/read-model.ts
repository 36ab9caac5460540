// Loaded documents in, ApiModel out: 2.0, 3.0 and 3.1 in one shape. Called by `importOpenApi`.
import { HubFault } from '../../faults/hub-fault.ts';
import {
  type ApiModel,
  type ApiOperation,
  type ApiParameter,
  type Method,
  METHODS,
  type SchemaSource,
  type TakeNote,
} from './document-model.ts';
import type { LoadedDocuments } from './load-documents.ts';
import { isUrl } from '../read-description.ts';
import { isObject, property } from './parse-document.ts';
import { createReaderV2 } from './read-operation-v2.ts';
import { createReaderV3 } from './read-operation-v3.ts';
import { createSchemaReader, textOf, type ReadSchema } from './read-schema.ts';
import { readSecurity, readSecuritySchemes } from './read-security.ts';
import { createQuota, type TakeQuota } from './quota.ts';
import { recogniseVersion } from './recognise-version.ts';
import { createReferences, type Place, type References } from './references.ts';
import { readEvents } from './read-events.ts';
import { ownServerUrl, serverUrlOf } from './server-url.ts';

/** What differs between the versions, as one operation is read. */
export interface OperationReader {
  /** `raw`: the operation's parameters and those of its path, references followed, overridden ones left out. */
  parameters(raw: readonly Place[], operation: Place): readonly ApiParameter[];
  body(raw: readonly Place[], operation: Place): ApiOperation['body'];
  responses(operation: Place): ApiOperation['responses'];
}

export interface ReaderContext {
  readonly references: References;
  readonly readSchema: ReadSchema;
  readonly note: TakeNote;
  readonly quota: TakeQuota;
}

/** Which operations are wanted: what is left out is not even read, so its mistakes do no harm. */
export type Selection = (operation: { method: string; path: string; operationId: string | undefined }) => boolean;

/** Throws HUB_IMPORT_INVALID where it is no OpenAPI document, HUB_IMPORT_TOO_LARGE where it describes too much. */
export function readModel(loaded: LoadedDocuments, wants: Selection, note: TakeNote): ApiModel {
  const main = loaded.documents.get(loaded.main) ?? {};
  const version = recogniseVersion(main, loaded.main, note);
  const references = createReferences(loaded, note);
  const readSchema = createSchemaReader(references);
  const quota = createQuota(loaded.size);
  const context: ReaderContext = { references, readSchema, note, quota };
  const reader3 = createReaderV3(context);
  const reader = version === '2.0' ? createReaderV2(context, reader3) : reader3;
  const { root, child } = references;
  const info = property(main, 'info');
  if (!isObject(property(main, 'paths')) && property(main, 'webhooks') === undefined) {
    throw new HubFault('HUB_IMPORT_INVALID', `${loaded.main}: "paths" is missing: there is nothing to import`);
  }
  const serverUrl = serverUrlOf(main, version, loaded.main);
  const schemas = version === '2.0' ? child(root, 'definitions') : child(child(root, 'components'), 'schemas');
  const components = references.entries(schemas);
  quota('thing', components.length, references.at(schemas));
  return {
    title: textOf(property(info, 'title')) ?? 'Untitled API',
    version: versionText(property(info, 'version')),
    description: textOf(property(info, 'description')),
    serverUrl,
    // A file that was fetched once does not say from where: then its servers are where its first one is.
    operations: [
      ...readOperations(context, reader, wants, isUrl(loaded.main) ? loaded.main : (serverUrl ?? loaded.main)),
    ],
    events: version === '2.0' ? [] : readEvents(references, reader3.media),
    components: components.map(
      ([, place]): SchemaSource =>
        () =>
          readSchema(place),
    ),
    securitySchemes: readSecuritySchemes(references, version),
    quota,
  };
}

function* readOperations(
  context: ReaderContext,
  reader: OperationReader,
  wants: Selection,
  base: string,
): Iterable<ApiOperation> {
  const { references, note, quota } = context;
  for (const [path, written] of references.entries(references.child(references.root, 'paths'))) {
    if (path.startsWith('x-')) continue;
    const target = references.follow(written);
    if (!isObject(target.value)) {
      note(references.at(written), 'this path is not an object', 'leftOut');
      continue;
    }
    // What stands beside the `$ref` of a path is a part of it as well.
    const items = target.value === written.value ? [target] : [written, target];
    for (const { name, sentAs, method, place } of operationsOf(references, items)) {
      if (!isObject(place.value)) {
        note(references.at(place), 'it is not an object', 'leftOut');
        continue;
      }
      if ((sentAs !== undefined && !/^[A-Za-z][A-Za-z-]{0,29}$/.test(sentAs)) || sentAs === 'CONNECT') {
        note(references.at(place), `"${name.slice(0, 40)}" is no method`, 'leftOut');
        continue;
      }
      quota('thing', 1, references.at(place));
      const operationId = textOf(property(place.value, 'operationId'));
      if (!wants({ method: (sentAs ?? method).toLowerCase(), path, operationId })) continue;
      yield readOperation(context, reader, { method, sentAs, path, items, operation: place, base });
    }
  }
}

interface FoundOperation {
  readonly name: string;
  readonly method: Method;
  readonly sentAs: string | undefined;
  readonly place: Place;
}

/** Those with a method that OpenAPI names, then the others; of the same method, the first counts. */
function operationsOf({ child, entries }: References, items: readonly Place[]): readonly FoundOperation[] {
  const found = new Map<string, FoundOperation>();
  const add = (one: FoundOperation): void => {
    if (one.place.value !== undefined && !found.has(one.name)) found.set(one.name, one);
  };
  for (const name of METHODS) {
    for (const item of items) {
      if (property(item.value, name) === undefined) continue;
      add({ name, method: name, sentAs: undefined, place: child(item, name) });
    }
  }
  for (const item of items) {
    for (const [name, place] of entries(child(item, 'additionalOperations'))) {
      const known = METHODS.find((method) => method === name.toLowerCase());
      // Nothing says what such a method does, so it may change something.
      add({ name: known ?? name, method: known ?? 'post', sentAs: known === undefined ? name : undefined, place });
    }
  }
  return [...found.values()];
}

interface OperationPlace {
  readonly method: Method;
  readonly sentAs: string | undefined;
  readonly path: string;
  /** The path's own object, and the one that it refers to. */
  readonly items: readonly Place[];
  readonly operation: Place;
  /** What the url of a server of its own is relative to. */
  readonly base: string;
}

function readOperation(context: ReaderContext, reader: OperationReader, found: OperationPlace): ApiOperation {
  const { references } = context;
  const { method, sentAs, path, items, operation, base } = found;
  const at = references.at(operation);
  const raw = rawParameters(context, [operation, ...items]);
  context.quota('parameter', raw.length, at);
  const text = (key: string): string | undefined =>
    [operation, ...items].map((owner) => textOf(property(owner.value, key))).find((one) => one !== undefined);
  const parameters = reader.parameters(raw, operation);
  const servers = [operation, ...items].map((owner) => ownServerUrl(owner.value, base));
  return {
    method,
    path: withBraces(path, parameters),
    at,
    operationId: textOf(property(operation.value, 'operationId')),
    sentAs,
    summary: text('summary'),
    description: text('description'),
    deprecated: property(operation.value, 'deprecated') === true,
    parameters,
    body: reader.body(raw, operation),
    responses: reader.responses(operation),
    security: readSecurity(operation.value, references.root.value),
    server: servers.find((one) => one !== undefined),
  };
}

/** `/tasks/:id`, as routers write it, where `id` is a parameter of the path that has no other place in it. */
function withBraces(path: string, parameters: readonly ApiParameter[]): string {
  return path.replace(/\/:([^/{}]+)/g, (whole, name: string) => {
    const isMeant = parameters.some((one) => one.in === 'path' && one.name === name) && !path.includes(`{${name}}`);
    return isMeant ? `/{${name}}` : whole;
  });
}

/** Parameters of the operation, then those of the path that it does not override. */
function rawParameters({ references, note }: ReaderContext, owners: readonly Place[]): readonly Place[] {
  const seen = new Set<string>();
  return owners.flatMap((owner) =>
    references.items(references.child(owner, 'parameters')).flatMap((written) => {
      const place = references.follow(written);
      const name = property(place.value, 'name');
      const where = property(place.value, 'in');
      if (typeof name !== 'string' || name === '' || typeof where !== 'string') {
        note(references.at(written), 'this parameter was left out: it has no name or no place ("in")');
        return [];
      }
      const identity = JSON.stringify([where, name]);
      if (seen.has(identity)) return [];
      seen.add(identity);
      return [place];
    }),
  );
}

/** Unquoted YAML makes a number of `version: 1.0`. */
function versionText(version: unknown): string {
  return typeof version === 'number' ? String(version) : (textOf(version) ?? '');
}
