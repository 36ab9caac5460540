// Operations that answer a page at a time in, a field that answers a connection beside each out. Called by `mapToSdl`.
import { createNameScope } from '../graphql-names.ts';
import type { MappedOperation } from './map-operation.ts';
import { createPageRecogniser, type Paging } from './recognise-pages.ts';
import type { SchemaTypes } from './schema-types.ts';
import { nullable, quote, type ArgumentDef, type FieldDef, type TypeDef } from './sdl-model.ts';

export interface Connections {
  readonly fields: readonly FieldDef[];
  readonly types: readonly TypeDef[];
}

/** @param taken names of the root fields that are there. */
export function mapConnections(
  operations: readonly MappedOperation[],
  taken: readonly string[],
  types: SchemaTypes,
): Connections {
  const names = createNameScope(taken);
  const recognise = createPageRecogniser(types.shapeOf);
  const fields: FieldDef[] = [];
  const made = new Map<string, TypeDef>();
  let pageInfo: string | undefined;
  for (const mapped of operations) {
    const paging = recognise(mapped);
    const rest = mapped.field.directives.find((one) => one.startsWith('@rest('));
    if (paging === undefined || rest === undefined) continue;
    const itemType = types.refer(paging.itemSchema, 'output', { typeName: `${mapped.field.name}Item`, fieldName: '' });
    const item = nullable(itemType);
    if (!/^\w+$/.test(item) || item === 'JSON') continue;
    pageInfo ??= types.claim('PageInfo');
    const known = made.get(item) ?? connectionType(types.claim(`${item}Connection`), item, pageInfo);
    made.set(item, known);
    fields.push({
      ...mapped.field,
      name: names.claim(`${mapped.field.name}Connection`),
      type: known.name,
      args: pageArguments(mapped.field.args, paging),
      directives: [withoutAt(rest), paginate(paging)],
    });
  }
  return { fields, types: pageInfo === undefined ? [] : [...made.values(), pageInfoType(pageInfo)] };
}

/** The raw parameters go by the names that all connections have; others that bear these names make way. */
function pageArguments(args: readonly ArgumentDef[], { size, position }: Paging): ArgumentDef[] {
  const names = createNameScope(['first', 'after', ...args.map(({ name }) => name)]);
  return args.map((argument) => {
    const upstream = argument.upstream ?? argument.name;
    if (upstream === size?.name) {
      const description = 'How many at most; the API may give fewer.';
      return { ...argument, name: 'first', upstream, description, type: 'Int', default: undefined };
    }
    if (upstream === position.name) {
      const description = 'Goes on after this `endCursor`.';
      return { ...argument, name: 'after', upstream, description, type: 'String', default: undefined };
    }
    const isTaken = argument.name === 'after' || (argument.name === 'first' && size !== undefined);
    return isTaken ? { ...argument, name: names.claim(argument.name), upstream } : argument;
  });
}

/** What pages look like is said by `@paginate`. */
function withoutAt(rest: string): string {
  return rest.replace(/, at: "(?:[^"\\]|\\.)*"/, '');
}

function paginate({ by, items, size, position, next, more, total, cursorOf }: Paging): string {
  const args = [
    `by: ${by}`,
    `items: ${quote(items)}`,
    `position: ${quote(position.name)}`,
    ...Object.entries({ size: size?.name, next, more, total, cursorOf }).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}: ${quote(value)}`],
    ),
  ];
  const first = position.schema?.().default ?? position.schema?.().minimum;
  if (by === 'page' && first === 0) args.push('start: 0');
  return `@paginate(${args.join(', ')})`;
}

function field(name: string, type: string, description: string | undefined): FieldDef {
  return { name, upstream: undefined, type, description, deprecated: undefined, args: [], directives: [] };
}

function connectionType(name: string, item: string, pageInfo: string): TypeDef {
  return {
    kind: 'object',
    name,
    description: 'A page of a list.',
    fields: [
      field('nodes', `[${item}]!`, undefined),
      field('pageInfo', `${pageInfo}!`, undefined),
      field('totalCount', 'Int', 'How many there are on all pages, where the API says it.'),
    ],
    directives: [],
  };
}

function pageInfoType(name: string): TypeDef {
  return {
    kind: 'object',
    name,
    description: 'Where a page ends.',
    fields: [
      field('hasNextPage', 'Boolean!', undefined),
      field('endCursor', 'String', 'Give it as `after` to go on; null on the last page.'),
    ],
    directives: ['@shareable'],
  };
}
