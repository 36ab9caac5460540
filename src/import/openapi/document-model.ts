// An HTTP API as the importer sees it, whichever version of OpenAPI it was written in. Made by `readModel`, read by the
// mapping to SDL. Schemas are read on demand, so that circular ones are no trouble.

import type { ImportNoteKind } from '../../config/import-report.ts';

export interface ApiModel {
  readonly title: string;
  readonly version: string;
  readonly description: string | undefined;
  /** Without a trailing slash; undefined where the document names none that is absolute. */
  readonly serverUrl: string | undefined;
  readonly operations: readonly ApiOperation[];
  /** Named schemas in document order. */
  readonly components: readonly SchemaSource[];
  readonly securitySchemes: ReadonlyMap<string, ApiSecurityScheme>;
}

/** Takes down what an import could not express; see ImportNote. Without a kind it is a loss. */
export type TakeNote = (at: string, message: string, kind?: ImportNoteKind) => void;

export const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;
export type Method = (typeof METHODS)[number];

export interface ApiOperation {
  readonly method: Method;
  /** As in the document: `/orders/{id}`. */
  readonly path: string;
  readonly at: string;
  readonly operationId: string | undefined;
  readonly summary: string | undefined;
  readonly description: string | undefined;
  readonly deprecated: boolean;
  readonly parameters: readonly ApiParameter[];
  readonly body: ApiBody | undefined;
  readonly responses: readonly ApiResponse[];
  /** Alternatives, each a set of scheme names that are needed together; an empty set means that none is needed. */
  readonly security: readonly (readonly string[])[];
}

export type ParameterStyle =
  | 'simple'
  | 'label'
  | 'matrix'
  | 'form'
  | 'spaceDelimited'
  | 'pipeDelimited'
  | 'tabDelimited'
  | 'deepObject'
  /** The value is JSON text (`content` instead of `schema`). */
  | 'json';

export interface ApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly at: string;
  readonly required: boolean;
  readonly deprecated: boolean;
  readonly description: string | undefined;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  readonly schema: SchemaSource | undefined;
}

export interface ApiBody {
  readonly at: string;
  readonly required: boolean;
  readonly description: string | undefined;
  readonly media: readonly ApiMedia[];
}

export interface ApiResponse {
  /** "200", "2XX", "default". */
  readonly status: string;
  readonly media: readonly ApiMedia[];
}

export interface ApiMedia {
  /** Lower case, without parameters: "application/json". */
  readonly type: string;
  readonly schema: SchemaSource | undefined;
}

export interface ApiSecurityScheme {
  readonly name: string;
  readonly type: 'apiKey' | 'http' | 'oauth2' | 'openIdConnect' | 'mutualTLS' | 'unknown';
  /** Of an apiKey. */
  readonly in: 'header' | 'query' | 'cookie' | undefined;
  /** Of an apiKey: the header, query parameter or cookie. */
  readonly parameter: string | undefined;
  /** Of http: "basic", "bearer"…, lower case. */
  readonly scheme: string | undefined;
}

/** Reads the schema when it is asked for; what refers to nothing is a schema that accepts anything. */
export type SchemaSource = () => Schema;

export type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'file';

export interface Schema {
  /** The same for every mention of one schema; annotations beside a `$ref` do not change it. */
  readonly id: object;
  readonly at: string;
  /** Name under `components/schemas` or `definitions`, or of the file it was read from. */
  readonly component: string | undefined;
  readonly title: string | undefined;
  /** Without null; empty where the schema does not say. */
  readonly types: readonly JsonType[];
  readonly nullable: boolean;
  /** Whether nothing but null is allowed. */
  readonly onlyNull: boolean;
  readonly format: string | undefined;
  readonly description: string | undefined;
  readonly deprecated: boolean;
  readonly readOnly: boolean;
  readonly writeOnly: boolean;
  readonly hasDefault: boolean;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  /** Without null; a `const` is an enum of one. */
  readonly values: readonly unknown[] | undefined;
  readonly properties: readonly SchemaProperty[];
  readonly required: ReadonlySet<string>;
  readonly items: SchemaSource | undefined;
  readonly allOf: readonly SchemaSource[];
  readonly oneOf: readonly SchemaSource[];
  readonly anyOf: readonly SchemaSource[];
  readonly discriminator: Discriminator | undefined;
}

export interface SchemaProperty {
  readonly name: string;
  readonly schema: SchemaSource;
}

export interface Discriminator {
  readonly property: string;
  readonly mapping: readonly (readonly [value: string, schema: SchemaSource])[];
}
