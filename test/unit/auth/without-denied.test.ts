import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  parse,
  print,
  validate,
  type DocumentNode,
  type GraphQLCompositeType,
  type SelectionSetNode,
} from 'graphql';
import { createFieldPolicy } from '../../../src/auth/create-field-policy.ts';
import type { Denials } from '../../../src/contract/field-policy.ts';
import { ANONYMOUS, type Principal } from '../../../src/contract/principal.ts';
import { caller, schema, supergraph } from './protected-graph.ts';

const policy = createFieldPolicy(supergraph, schema);

const PRINCIPALS: readonly Principal[] = [
  ANONYMOUS,
  caller(),
  caller(['pets']),
  caller(['profile', 'email', 'dates']),
  caller(['admin'], { policies: ['hr'] }),
];
const ALL_POWERFUL = caller(['admin', 'pets', 'dates', 'write'], { policies: ['hr'] });

/** What the sample graph protects, written down once more and by object type alone. */
const ASKS: Readonly<Record<string, (principal: Principal) => boolean>> = {
  'Query.audit': ({ kind }) => kind !== 'anonymous',
  'Query.report': ({ kind }) => kind !== 'anonymous',
  'Query.level': ({ kind }) => kind !== 'anonymous',
  'User.email': ({ scopes }) => scopes.has('admin') || (scopes.has('profile') && scopes.has('email')),
  'User.ssn': ({ claims }) => (claims.policies as string[] | undefined)?.includes('hr') === true,
  'User.born': ({ scopes }) => scopes.has('dates'),
  'User.notes': ({ kind }) => kind !== 'anonymous',
  'Cat.owner': ({ scopes }) => scopes.has('pets'),
  'Report.title': ({ kind }) => kind !== 'anonymous',
  'Report.secret': ({ scopes }) => scopes.has('admin'),
};

/** Valid documents out of a tape of choices: fields, aliases, inline and named fragments, conditions by variable. */
function writeDocument(tape: readonly number[]): string {
  let at = 0;
  const choose = (options: number): number => (tape[at++] ?? 0) % options;
  const fragments: { name: string; on: string; body: string }[] = [];

  const overlapping = (type: GraphQLCompositeType): string[] => {
    const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    return Object.values(schema.getTypeMap()).flatMap((other) => {
      if (!isCompositeType(other) || other.name.startsWith('__') || other === schema.getQueryType()) return [];
      const others: readonly unknown[] = isAbstractType(other) ? schema.getPossibleTypes(other) : [other];
      return possible.some((one) => others.includes(one)) ? [other.name] : [];
    });
  };
  const condition = () => ['', '', '', ' @include(if: $on)', ' @skip(if: $off)'][choose(5)] ?? '';

  const selections = (type: GraphQLCompositeType, depth: number): string => {
    const lines = Array.from({ length: 1 + choose(4) }, () => selection(type, depth));
    return `{ ${lines.join(' ')} }`;
  };
  const selection = (type: GraphQLCompositeType, depth: number): string => {
    const what = choose(6);
    const types = overlapping(type);
    if (what === 0 || depth > 5) return '__typename';
    if (what === 1 && types.length > 0) {
      const on = types[choose(types.length)] ?? type.name;
      return `... on ${on}${condition()} ${selections(schema.getType(on) as GraphQLCompositeType, depth + 1)}`;
    }
    if (what === 2 && types.length > 0) {
      const fitting = fragments.filter(({ on }) => types.includes(on));
      const known = fitting[choose(fitting.length + 1)];
      if (known !== undefined) return `...${known.name}${condition()}`;
      const on = types[choose(types.length)] ?? type.name;
      const body = selections(schema.getType(on) as GraphQLCompositeType, depth + 1);
      const name = `F${fragments.length}`;
      fragments.push({ name, on, body });
      return `...${name}${condition()}`;
    }
    if (!('getFields' in type)) return '__typename';
    const fields = Object.values(type.getFields());
    const field = fields[choose(fields.length)]!;
    const returns = getNamedType(field.type);
    const args = field.name === 'audit' ? '(first: $n)' : field.name === 'node' ? '(id: $id)' : '';
    // One alias per field and type keeps everything mergeable.
    const alias = choose(3) === 0 ? `${field.name}_${returns.name}_${field.type.toString().replace(/\W/g, '')}: ` : '';
    const inner = isCompositeType(returns) ? ` ${selections(returns, depth + 1)}` : '';
    return `${alias}${field.name}${args}${condition()}${inner}`;
  };

  const body = selections(schema.getQueryType()!, 0);
  const definitions = fragments.map(({ name, on, body }) => `fragment ${name} on ${on} ${body}`);
  const text = [`query Q($n: Int, $id: ID, $on: Boolean!, $off: Boolean!) ${body}`, ...definitions].join('\n');
  // Variables that are never used are the generator's own fault.
  const unused = ['n: Int', 'id: ID', 'on: Boolean!', 'off: Boolean!'].filter(
    (one) => text.split(new RegExp(`\\$${one.split(':')[0]}\\b`)).length === 2,
  );
  const kept = ['n: Int', 'id: ID', 'on: Boolean!', 'off: Boolean!'].filter((one) => !unused.includes(one));
  const header = kept.length === 0 ? '' : `(${kept.map((one) => `$${one}`).join(', ')})`;
  return text.replace(/^query Q\([^)]*\)/, `query Q${header}`);
}

interface Step {
  readonly type: string;
  readonly field: string;
  readonly key: string;
}

/** Every field that running the document could ask for, with the way to it, for each choice of object types. */
function waysIn(document: DocumentNode): readonly (readonly Step[])[] {
  const found: (readonly Step[])[] = [];
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
  const run = (set: SelectionSetNode, runtime: string, way: readonly Step[]): void => {
    const type = schema.getType(runtime);
    if (!isObjectType(type)) return;
    for (const one of set.selections) {
      if (one.kind === Kind.FIELD) {
        if (one.name.value === '__typename') continue;
        const field = one.name.value;
        const next = [...way, { type: runtime, field, key: (one.alias ?? one.name).value }];
        found.push(next);
        const returns = getNamedType(type.getFields()[field]!.type);
        const possible = isAbstractType(returns) ? schema.getPossibleTypes(returns) : [returns];
        if (one.selectionSet !== undefined) for (const { name } of possible) run(one.selectionSet, name, next);
        continue;
      }
      const fragment = one.kind === Kind.FRAGMENT_SPREAD ? fragments.get(one.name.value)! : one;
      const on = schema.getType(fragment.typeCondition?.name.value ?? runtime);
      if (on === type || (isAbstractType(on) && schema.isSubType(on, type))) run(fragment.selectionSet, runtime, way);
    }
  };
  run(getOperationAST(document)!.selectionSet, 'Query', []);
  return found;
}

const coordinatesOf = (document: DocumentNode): ReadonlySet<string> =>
  new Set(waysIn(document).map((way) => `${way.at(-1)?.type}.${way.at(-1)?.field}`));

/** Whether the way leads to or through a denied field. */
function isCut(way: readonly Step[], denials: Denials): boolean {
  return denials.fields.some(({ responsePath, typeName, fieldName }) => {
    const step = way[responsePath.length - 1];
    if (step?.field !== fieldName || responsePath.some((key, i) => key !== way[i]?.key)) return false;
    const denied = schema.getType(typeName);
    const type = schema.getType(step.type);
    return denied === type || (isAbstractType(denied) && isObjectType(type) && schema.isSubType(denied, type));
  });
}

const documents = fc
  .array(fc.nat(), { minLength: 10, maxLength: 120 })
  .map(writeDocument)
  .filter((text) => validate(schema, parse(text)).length === 0);

describe('a document without what is denied', () => {
  it('is valid, and asks for nothing that is denied on any type', () => {
    let reductions = 0;
    fc.assert(
      fc.property(documents, fc.constantFrom(...PRINCIPALS), fc.boolean(), fc.boolean(), (text, principal, on, off) => {
        const document = parse(text);
        const compiled = policy.compile(document, 'Q');
        const denials = compiled?.check(principal, { on, off });
        const reduced = compiled && denials ? compiled.reduce(denials) : document;
        if (denials !== undefined) reductions += 1;
        expect(validate(schema, parse(print(reduced))).map(({ message }) => message)).toEqual([]);
        const asked = [...coordinatesOf(reduced)];
        // Literal conditions are never written, so what is left must be allowed whatever the variables are.
        expect(asked.filter((coordinate) => ASKS[coordinate]?.(principal) === false)).toEqual([]);
        expect(policy.compile(reduced, 'Q')?.check(principal, { on: true, off: false })).toBeUndefined();
      }),
      { numRuns: 300 },
    );
    expect(reductions).toBeGreaterThan(50);
  });

  it('is the whole document for a caller who may have everything', () => {
    fc.assert(
      fc.property(documents, (text) => {
        expect(policy.compile(parse(text), 'Q')?.check(ALL_POWERFUL, { on: true, off: false })).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  it('keeps everything that is not denied, and adds nothing', () => {
    fc.assert(
      fc.property(documents, fc.constantFrom(...PRINCIPALS), (text, principal) => {
        const document = parse(text);
        const compiled = policy.compile(document, 'Q');
        const denials = compiled?.check(principal, { on: true, off: false });
        if (compiled === undefined || denials === undefined) return;
        const before = new Set(waysIn(document).map((way) => JSON.stringify(way)));
        const after = new Set(waysIn(compiled.reduce(denials)).map((way) => JSON.stringify(way)));
        const lost = waysIn(document).filter((way) => !isCut(way, denials) && !after.has(JSON.stringify(way)));
        expect(lost).toEqual([]);
        expect([...after].filter((way) => !before.has(way))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
