// The schema of manifold.yaml for editors: zod → JSON Schema. `tools/generate.ts` writes it to schema/.
import { z } from 'zod';
import { hubConfigSchema } from './hub-config.ts';
import type { SourceKind } from './source-kind.ts';

type JsonSchema = Record<string, unknown>;

/** A value may also be a variable, whatever its type is once it is filled in. */
const VARIABLE: JsonSchema = {
  description: 'Filled in from the environment: ${NAME} or ${NAME:-default}.',
  type: 'string',
  pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}',
};

/** What a variable's own text does not meet. Everything else stays beside `anyOf`, where editors show it. */
const CONSTRAINTS = [
  'type',
  'format',
  'pattern',
  'enum',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'maxLength',
] as const;

/** Draft 7, which the YAML language servers of editors know best. */
export function configJsonSchema(kinds: readonly SourceKind[]): JsonSchema {
  const schema: JsonSchema = z.toJSONSchema(hubConfigSchema(kinds), {
    target: 'draft-07',
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema, path }) => {
      if (path.at(-1) !== 'propertyNames' && isConstrainedScalar(jsonSchema)) allowVariable(jsonSchema);
    },
  });
  return {
    title: 'Configuration of a Manifold hub (manifold.yaml)',
    ...schema,
    definitions: { ...(schema.definitions as JsonSchema | undefined), variable: VARIABLE },
  };
}

function isConstrainedScalar(schema: JsonSchema): boolean {
  if ('const' in schema) return false;
  if (schema.type === 'string') return CONSTRAINTS.some((key) => key !== 'type' && key in schema);
  return schema.type === 'number' || schema.type === 'integer' || schema.type === 'boolean';
}

function allowVariable(schema: JsonSchema): void {
  const own: JsonSchema = {};
  for (const key of CONSTRAINTS) {
    if (!(key in schema)) continue;
    own[key] = schema[key];
    Reflect.deleteProperty(schema, key);
  }
  schema.anyOf = [own, { $ref: '#/definitions/variable' }];
}
