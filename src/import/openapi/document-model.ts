// An HTTP API as the importer sees it, whichever version of OpenAPI it was written in. Made by `readModel`, read by the
// mapping to SDL. Schemas are read on demand, so that circular ones are no trouble.

import type { ImportNoteKind } from '../../config/import-report.ts';
import type { TakeQuota } from './quota.ts';

export interface ApiModel {
  readonly title: string;
  readonly version: string;
  readonly description: string | undefined;
  /** Without a trailing slash; undefined where the document names none that is absolute. */
  readonly serverUrl: string | undefined;
  readonly operations: readonly ApiOperation[];
  /** Calls of the upstream to whoever listens: webhooks and callbacks. */
  readonly events: readonly ApiEvent[];
  /** Named schemas in document order. */
  readonly components: readonly SchemaSource[];
  readonly securitySchemes: ReadonlyMap<string, ApiSecurityScheme>;
  /** How much the description may describe for its length. */
  readonly quota: TakeQuota;
}

/** Takes down what an import could not express; see ImportNote. Without a kind it is a loss. */
export type TakeNote = (at: string, message: string, kind?: ImportNoteKind) => void;

export const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'] as const;
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
  /** Base url of its own, where it has one; without a trailing slash. */
  readonly server: string | undefined;
  /** A method that OpenAPI has no name for (3.2, `additionalOperations`): `method` is what it is treated as. */
  readonly sentAs: string | undefined;
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
  /** A cookie whose value is written as it is (3.2). */
  | 'cookie'
  /** The value is text of that content type (`content` instead of `schema`). */
  | 'json'
  /** The value is the whole query (3.2, `in: querystring`): each of its properties is a parameter. */
  | 'query'
  /** The value is the whole query, as one text, or as the text of a JSON value. */
  | 'wholeText'
  | 'wholeJson';

export interface ApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly at: string;
  readonly required: boolean;
  readonly deprecated: boolean;
  readonly description: string | undefined;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  /** Reserved characters stand in the query as they are. */
  readonly allowReserved?: boolean;
  readonly schema: SchemaSource | undefined;
}

export interface ApiBody {
  readonly at: string;
  readonly required: boolean;
  readonly description: string | undefined;
  readonly media: readonly ApiMedia[];
}

export interface ApiEvent {
  readonly name: string;
  readonly at: string;
  readonly description: string | undefined;
  readonly body: readonly ApiMedia[];
}

export interface ApiLink {
  readonly name: string;
  readonly at: string;
  readonly description: string | undefined;
  readonly operationId: string | undefined;
  /** JSON pointer of an operation in the same document; what leads elsewhere leads to none. */
  readonly operationRef: string | undefined;
  /** Whether the target is to be called at another server. */
  readonly hasServer: boolean;
  readonly hasBody: boolean;
  /** Name of a parameter → runtime expression, or a constant. */
  readonly parameters: ReadonlyMap<string, unknown>;
}

export interface ApiResponse {
  /** "200", "2XX", "default". */
  readonly status: string;
  readonly media: readonly ApiMedia[];
  /** Lower case. */
  readonly headers: readonly string[];
  readonly links: readonly ApiLink[];
}

export interface ApiMedia {
  /** Lower case, without parameters: "application/json". */
  readonly type: string;
  readonly schema: SchemaSource | undefined;
  /** Of one of many that follow one another, as lines or events (3.2). */
  readonly itemSchema?: SchemaSource | undefined;
  /** How single fields of a form are written, where the description says so. */
  readonly encoding?: ReadonlyMap<string, ApiEncoding>;
}

export interface ApiEncoding {
  readonly contentType: string | undefined;
  readonly style: ParameterStyle | undefined;
  readonly explode: boolean;
  /** Of the part that the field becomes; of multipart forms alone. */
  readonly headers?: readonly ApiPartHeader[];
}

export interface ApiPartHeader {
  readonly name: string;
  readonly required: boolean;
  readonly description: string | undefined;
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
  /** Undefined where there is none. */
  readonly default: unknown;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  /** How far from zero its example, its default and its values go; undefined where none is a number. */
  readonly reach: number | undefined;
  /** Without null; a `const` is an enum of one. */
  readonly values: readonly unknown[] | undefined;
  readonly properties: readonly SchemaProperty[];
  readonly required: ReadonlySet<string>;
  readonly items: SchemaSource | undefined;
  /** Of a tuple: the items that have a place of their own. */
  readonly prefixItems: readonly SchemaSource[];
  /** What keys beyond `properties` hold; undefined where the schema does not speak of them. */
  readonly additional: SchemaSource | undefined;
  /** Whether a text is the bytes of something else: base64. */
  readonly encoded: boolean;
  /** Whether a text is the bytes of something else, as they are. */
  readonly binary: boolean;
  readonly xml: XmlHints | undefined;
  readonly allOf: readonly SchemaSource[];
  readonly oneOf: readonly SchemaSource[];
  readonly anyOf: readonly SchemaSource[];
  readonly discriminator: Discriminator | undefined;
}

export interface SchemaProperty {
  readonly name: string;
  readonly schema: SchemaSource;
}

export interface XmlHints {
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly prefix: string | undefined;
  readonly attribute: boolean;
  readonly text: boolean;
  readonly wrapped: boolean;
}

export interface Discriminator {
  readonly property: string;
  readonly mapping: readonly (readonly [value: string, schema: SchemaSource])[];
  /** What a value without an entry, or none at all, stands for (3.2, `defaultMapping`). */
  readonly otherwise: SchemaSource | undefined;
}
