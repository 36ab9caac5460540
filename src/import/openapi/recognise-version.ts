// A parsed document in, the version of OpenAPI it is written in out; what is something else is named as what it is.
import { HubFault } from '../../faults/hub-fault.ts';
import type { TakeNote } from './document-model.ts';
import { isObject, property, type JsonObject } from './parse-document.ts';

export type OpenApiVersion = '2.0' | '3.0' | '3.1';

/**
 * 3.2 and later minors are read as 3.1; what does not say its version, by what it looks like.
 * Throws HUB_IMPORT_INVALID.
 */
export function recogniseVersion(document: JsonObject, location: string, note: TakeNote): OpenApiVersion {
  const swagger = versionOf(document, 'swagger');
  const openapi = versionOf(document, 'openapi');
  if (openapi !== undefined) {
    if (/^3(?:\.0|$)/.test(openapi)) return '3.0';
    if (/^3\.\d/.test(openapi)) return '3.1';
    throw invalid(location, `OpenAPI ${openapi} is not supported: 2.0, 3.0 and 3.1 are`);
  }
  if (swagger !== undefined) {
    if (/^2(?:\.0)?$/.test(swagger)) return '2.0';
    throw invalid(location, `Swagger ${swagger} is not supported: convert it to OpenAPI 3 first`);
  }
  const old = versionOf(document, 'swaggerVersion');
  if (old !== undefined) throw invalid(location, `Swagger ${old} is not supported: convert it to OpenAPI 3 first`);
  const likely = likelyVersion(document);
  if (likely === undefined) throw invalid(location, `not an OpenAPI document: ${lookOf(document)}`);
  note('#', `it does not say which version of OpenAPI it is written in: it is read as ${likely}`, 'advice');
  return likely;
}

const ONLY_IN_2 = ['definitions', 'host', 'basePath', 'schemes', 'consumes', 'produces', 'securityDefinitions'];

function likelyVersion(document: JsonObject): OpenApiVersion | undefined {
  const paths = property(document, 'paths');
  if (!isObject(paths) || !Object.keys(paths).some((path) => path.startsWith('/'))) return undefined;
  return ONLY_IN_2.some((key) => Object.hasOwn(document, key)) ? '2.0' : '3.0';
}

function versionOf(document: JsonObject, key: string): string | undefined {
  const value = property(document, key);
  // Unquoted YAML: `swagger: 2.0` is the number 2.
  if (typeof value === 'number') return Number.isInteger(value) ? value.toFixed(1) : String(value);
  return typeof value === 'string' ? value.trim() : undefined;
}

function lookOf(document: JsonObject): string {
  if (property(document, 'asyncapi') !== undefined) return 'it looks like AsyncAPI';
  if (property(document, 'arazzo') !== undefined) return 'it looks like an Arazzo description';
  if (property(document, 'overlay') !== undefined) return 'it looks like an OpenAPI overlay';
  if (property(document, '__schema') !== undefined || isObject(property(property(document, 'data'), '__schema'))) {
    return 'it looks like a GraphQL introspection result';
  }
  const postman = property(property(document, 'info'), 'schema');
  if (property(property(document, 'info'), '_postman_id') !== undefined || String(postman).includes('getpostman')) {
    return 'it looks like a Postman collection';
  }
  if (property(document, 'kind') === 'discovery#restDescription') return 'it looks like a Google discovery document';
  if (property(document, '$schema') !== undefined) return 'it looks like a JSON Schema';
  if (property(document, 'sources') !== undefined) return 'it looks like a configuration of the hub';
  const keys = Object.keys(document).slice(0, 5).join(', ');
  return keys === '' ? 'it is empty' : `it has neither "openapi" nor "swagger", but ${keys.slice(0, 120)}`;
}

function invalid(location: string, reason: string): HubFault {
  return new HubFault('HUB_IMPORT_INVALID', `${location}: ${reason}`);
}
