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
import { isObject, property } from './parse-document.ts';
import { createReaderV2 } from './read-operation-v2.ts';
import { createReaderV3 } from './read-operation-v3.ts';
import { createSchemaReader, textOf, type ReadSchema } from './read-schema.ts';
import { readSecurity, readSecuritySchemes } from './read-security.ts';
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
}

/** Which operations are wanted: what is left out is not even read, so its mistakes do no harm. */
export type Selection = (operation: { method: string; path: string; operationId: string | undefined }) => boolean;

/** Throws HUB_IMPORT_INVALID where it is no OpenAPI document. */
export function readModel(loaded: LoadedDocuments, wants: Selection, note: TakeNote): ApiModel {
  const main = loaded.documents.get(loaded.main) ?? {};
  const version = recogniseVersion(main, loaded.main);
  const references = createReferences(loaded, note);
  const readSchema = createSchemaReader(references);
  const context: ReaderContext = { references, readSchema, note };
  const reader3 = createReaderV3(context);
  const reader = version === '2.0' ? createReaderV2(context) : reader3;
  const { root, child } = references;
  const info = property(main, 'info');
  if (!isObject(property(main, 'paths')) && property(main, 'webhooks') === undefined) {
    throw new HubFault('HUB_IMPORT_INVALID', `${loaded.main}: "paths" is missing: there is nothing to import`);
  }
  const schemas = version === '2.0' ? child(root, 'definitions') : child(child(root, 'components'), 'schemas');
  return {
    title: textOf(property(info, 'title')) ?? 'Untitled API',
    version: versionText(property(info, 'version')),
    description: textOf(property(info, 'description')),
    serverUrl: serverUrlOf(main, version, loaded.main),
    operations: [...readOperations(context, reader, wants, loaded.main)],
    events: version === '2.0' ? [] : readEvents(references, reader3.media),
    components: references.entries(schemas).map(
      ([, place]): SchemaSource =>
        () =>
          readSchema(place),
    ),
    securitySchemes: readSecuritySchemes(references, version),
  };
}

function* readOperations(
  context: ReaderContext,
  reader: OperationReader,
  wants: Selection,
  location: string,
): Iterable<ApiOperation> {
  const { references, note } = context;
  for (const [path, written] of references.entries(references.child(references.root, 'paths'))) {
    if (path.startsWith('x-')) continue;
    const item = references.follow(written);
    if (!isObject(item.value)) {
      note(references.at(written), 'this path is not an object', 'leftOut');
      continue;
    }
    for (const method of METHODS) {
      const operation = references.child(item, method);
      if (operation.value === undefined) continue;
      if (!isObject(operation.value)) {
        note(references.at(operation), 'it is not an object', 'leftOut');
        continue;
      }
      if (!wants({ method, path, operationId: textOf(property(operation.value, 'operationId')) })) continue;
      yield readOperation(context, reader, { method, path, item, operation, location });
    }
    for (const [name, place] of references.entries(references.child(item, 'additionalOperations')))
      note(references.at(place), `the method ${name.slice(0, 40)} is not expressed`, 'leftOut');
  }
}

interface OperationPlace {
  readonly method: Method;
  readonly path: string;
  readonly item: Place;
  readonly operation: Place;
  /** Of the document. */
  readonly location: string;
}

function readOperation(context: ReaderContext, reader: OperationReader, found: OperationPlace): ApiOperation {
  const { references } = context;
  const { method, path, item, operation, location } = found;
  const at = references.at(operation);
  const raw = rawParameters(context, item, operation);
  return {
    method,
    path,
    at,
    operationId: textOf(property(operation.value, 'operationId')),
    summary: textOf(property(operation.value, 'summary')) ?? textOf(property(item.value, 'summary')),
    description: textOf(property(operation.value, 'description')) ?? textOf(property(item.value, 'description')),
    deprecated: property(operation.value, 'deprecated') === true,
    parameters: reader.parameters(raw, operation),
    body: reader.body(raw, operation),
    responses: reader.responses(operation),
    security: readSecurity(operation.value, references.root.value),
    server: ownServerUrl(operation.value, location) ?? ownServerUrl(item.value, location),
  };
}

/** Parameters of the operation, then those of the path that it does not override. */
function rawParameters({ references, note }: ReaderContext, item: Place, operation: Place): readonly Place[] {
  const seen = new Set<string>();
  return [operation, item].flatMap((owner) =>
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
