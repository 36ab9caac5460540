// A small random entity schema, as data: which fields there are, which subgraph has them, and what every field is worth.
import fc from 'fast-check';
import { GraphQLError } from 'graphql';

export interface RandomField {
  readonly name: string;
  /** Index of the subgraph that has it. */
  readonly owner: number;
  /** Another subgraph that has it, `@shareable`; scalars alone. */
  readonly also?: number;
  /** Index of the entity type it leads to, or an abstract type; undefined for a scalar. */
  readonly to: number | 'Node' | 'Any' | undefined;
  readonly shape: 'one' | 'list' | 'strictList' | 'nested';
  readonly nonNull: boolean;
  /** A scalar with an argument. */
  readonly takes: boolean;
  /** Name of a scalar of another subgraph that this one is computed from, through `@requires`. */
  readonly requires?: string;
  /** Name of a scalar of the entity it leads to, which its subgraph `@provides`. */
  readonly provides?: string;
  /** Never an error: something is computed from it. */
  readonly sure: boolean;
}
export interface RandomSchema {
  readonly types: readonly (readonly RandomField[])[];
  readonly seed: number;
}

export const SUBGRAPHS = 3;
const IDS = 4;

type Draft = { -readonly [K in keyof RandomField]: RandomField[K] };
type Drawn = Pick<RandomField, 'owner' | 'to' | 'shape' | 'nonNull' | 'takes'> & {
  readonly joins: 'requires' | 'provides' | 'shares' | 'nothing';
};

const fieldArbitrary = (types: number): fc.Arbitrary<Drawn> =>
  fc.record({
    owner: fc.nat(SUBGRAPHS - 1),
    to: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 2, arbitrary: fc.nat(types - 1) },
      { weight: 1, arbitrary: fc.constantFrom('Node' as const, 'Any' as const) },
    ),
    shape: fc.constantFrom('one', 'one', 'one', 'list', 'strictList', 'nested'),
    nonNull: fc.boolean(),
    takes: fc.constantFrom(true, false, false, false),
    joins: fc.constantFrom('requires', 'requires', 'provides', 'shares', 'nothing'),
  });

export const randomSchema: fc.Arbitrary<RandomSchema> = fc.integer({ min: 2, max: 3 }).chain((types) =>
  fc
    .record({
      types: fc.array(fc.array(fieldArbitrary(types), { minLength: 2, maxLength: 5 }), {
        minLength: types,
        maxLength: types,
      }),
      seed: fc.nat(10_000),
    })
    .map(({ types, seed }) => ({ types: join(types), seed })),
);

/** What was drawn, with the joins that the other fields allow. */
function join(types: readonly (readonly Drawn[])[]): readonly (readonly RandomField[])[] {
  const drafts = types.map((fields, type) =>
    fields.map(({ owner, to, shape, nonNull, takes }, i): Draft => {
      return { name: `f${type}${i}`, owner, to, shape, nonNull, takes, sure: false };
    }),
  );
  const plain = (field: Draft): boolean => field.to === undefined && !field.takes && field.requires === undefined;
  types.forEach((fields, type) =>
    fields.forEach(({ joins }, i) => {
      const own = drafts[type] ?? [];
      const field = own[i];
      if (field === undefined) return;
      if (joins === 'requires' && field.to === undefined && !field.takes && !field.sure && field.also === undefined) {
        const read = own.find((one) => one !== field && plain(one) && !one.nonNull && !has(one, field.owner));
        if (read === undefined) return;
        read.sure = true;
        field.requires = read.name;
      } else if (joins === 'provides' && typeof field.to === 'number') {
        const given = drafts[field.to]?.find((one) => plain(one) && !has(one, field.owner));
        if (given !== undefined) field.provides = given.name;
      } else if (joins === 'shares' && plain(field)) field.also = (field.owner + 1) % SUBGRAPHS;
    }),
  );
  // What was to be provided or required may be there by now, or be computed itself.
  for (const field of drafts.flat()) {
    const given =
      typeof field.to === 'number' ? drafts[field.to]?.find(({ name }) => name === field.provides) : undefined;
    if (given !== undefined && (!plain(given) || has(given, field.owner))) delete field.provides;
  }
  for (const own of drafts) {
    for (const field of own) {
      const read = own.find(({ name }) => name === field.requires);
      if (read !== undefined && (!plain(read) || has(read, field.owner))) delete field.requires;
    }
  }
  return drafts;
}

export const has = (field: Pick<RandomField, 'owner' | 'also'>, subgraph: number): boolean =>
  field.owner === subgraph || field.also === subgraph;

/** A number from anything, the same every time. */
export function hash(...parts: readonly unknown[]): number {
  let value = 2_166_136_261;
  for (const char of JSON.stringify(parts)) value = Math.imul(value ^ char.charCodeAt(0), 16_777_619);
  return (value >>> 0) % 997;
}

export function typeOf(field: RandomField): string {
  const inner = field.to === undefined ? 'Int' : typeof field.to === 'number' ? `T${field.to}` : field.to;
  const shaped = { one: inner, list: `[${inner}]`, strictList: `[${inner}!]`, nested: `[[${inner}]!]` }[field.shape];
  return field.nonNull ? `${shaped}!` : shaped;
}

/** About one value in eight is missing, about one in ten is an error. @param from what it is computed from, or its argument */
export function valueOf(schema: RandomSchema, type: number, id: string, field: RandomField, from: unknown): unknown {
  const draw = hash(schema.seed, type, id, field.name, from ?? 0);
  if (draw % 10 === 0 && !field.sure) throw new GraphQLError(`no ${field.name} of ${id}`);
  const one = (i: number): unknown => {
    const inner = hash(schema.seed, type, id, field.name, i, from ?? 0);
    if (inner % 8 === 0 && field.shape !== 'strictList' && !(field.shape === 'one' && field.nonNull)) return null;
    return field.to === undefined ? inner : entity(schema, field.to, inner);
  };
  if (field.shape === 'one') return one(0);
  if (draw % 8 === 1 && !field.nonNull) return null;
  const list = (start: number, length: number) => Array.from({ length }, (_, i) => one(start + i));
  if (field.shape === 'nested') return Array.from({ length: draw % 3 }, (_, i) => list(i * 3, (draw + i) % 3));
  return list(0, draw % 4);
}

export function entity(schema: RandomSchema, to: number | 'Node' | 'Any', draw: number) {
  const type = typeof to === 'number' ? to : draw % schema.types.length;
  return { __typename: `T${type}`, id: String(draw % IDS) };
}
