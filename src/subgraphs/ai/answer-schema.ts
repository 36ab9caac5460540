// The JSON Schema that a provider is given for a batch of answers. Made of an AnswerShape, once per prepared field.
import type { AnswerShape } from './answer-shape.ts';

/** The part of JSON Schema that all providers' structured outputs have in common. */
export type AnswerSchema = Readonly<Record<string, unknown>>;

/**
 * Schema of `{ answers: [{ id, answer }] }`. Every object is closed and requires all its properties, as OpenAI's strict
 * mode demands; what may be missing is a choice with null instead.
 */
export function toBatchSchema(shape: AnswerShape): AnswerSchema {
  const answer = closed({ id: { type: 'string', description: 'The id of the item.' }, answer: toSchema(shape) });
  return closed({ answers: { type: 'array', description: 'One answer per item.', items: answer } });
}

function toSchema(shape: AnswerShape, description?: string): AnswerSchema {
  const described = description === undefined ? {} : { description };
  if (shape.nullable) return { anyOf: [bareSchema(shape), { type: 'null' }], ...described };
  return { ...bareSchema(shape), ...described };
}

function bareSchema(shape: AnswerShape): AnswerSchema {
  switch (shape.kind) {
    case 'string':
    case 'boolean':
      return { type: shape.kind };
    case 'int':
      return { type: 'integer' };
    case 'float':
      return { type: 'number' };
    case 'scalar':
      return { type: 'string', description: shape.type.description ?? `A value of the scalar ${shape.type.name}.` };
    case 'enum':
      return enumSchema(shape.labels);
    case 'list':
      return { type: 'array', items: toSchema(shape.of) };
    case 'object':
      return closed(
        Object.fromEntries(
          shape.properties.map(({ name, shape: of, description }) => [name, toSchema(of, description)]),
        ),
      );
  }
}

function enumSchema(labels: readonly { readonly name: string; readonly description?: string }[]): AnswerSchema {
  const told = labels.filter(({ description }) => description !== undefined);
  return {
    type: 'string',
    enum: labels.map(({ name }) => name),
    ...(told.length === 0
      ? {}
      : { description: told.map(({ name, description }) => `${name}: ${String(description)}`).join('\n') }),
  };
}

function closed(properties: Readonly<Record<string, AnswerSchema>>): AnswerSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}
