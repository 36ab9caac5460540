// What the types, fields and values of a GraphQL server are called in the hub: a prefix, renames, and root types by the book.
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { HubFault } from '../../faults/hub-fault.ts';

export interface RenameSettings {
  readonly typePrefix?: string | undefined;
  readonly rename?:
    | {
        /** Type of the server → type of the hub. */
        readonly types?: Readonly<Record<string, string>> | undefined;
        /** `Type.field`, `Type.field(argument:)`, `Input.field` or `Enum.VALUE` of the server → name in the hub. */
        readonly fields?: Readonly<Record<string, string>> | undefined;
      }
    | undefined;
}

export interface SchemaNames {
  type(name: string): string;
  /** Field, input field or enum value. */
  member(type: GraphQLNamedType, name: string): string;
  argument(type: GraphQLNamedType, field: string, name: string): string;
}

/** Names are those of the server. Throws HUB_IMPORT_INVALID where a rename names nothing or two types get one name. */
export function createSchemaNames(schema: GraphQLSchema, settings: RenameSettings, origin: string): SchemaNames {
  const types = new Map(Object.entries(settings.rename?.types ?? {}));
  const fields = new Map(Object.entries(settings.rename?.fields ?? {}));
  const prefix = settings.typePrefix ?? '';
  const roots = rootNames(schema);
  refuseUnknown(schema, types, fields, origin);

  const typeName = (name: string): string => {
    const root = roots.get(name);
    if (root !== undefined) return root;
    const renamed = types.get(name);
    if (renamed !== undefined) return renamed;
    return isScalarType(schema.getType(name)) ? name : `${prefix}${name}`;
  };

  /** A field of an interface is called the same in whatever implements it. */
  const renameOf = (type: GraphQLNamedType, suffix: string): string | undefined => {
    const own = fields.get(`${type.name}.${suffix}`);
    if (own !== undefined || !(isObjectType(type) || isInterfaceType(type))) return own;
    for (const one of type.getInterfaces()) {
      const inherited = fields.get(`${one.name}.${suffix}`);
      if (inherited !== undefined) return inherited;
    }
    return undefined;
  };

  refuseClashes(schema, typeName, origin);
  return {
    type: typeName,
    member: (type, name) => renameOf(type, name) ?? (roots.has(type.name) ? prefixed(prefix, name) : name),
    argument: (type, field, name) => renameOf(type, `${field}(${name}:)`) ?? name,
  };
}

/** `Shop` and `orders` make `shopOrders`; `shop_` and `orders` make `shop_orders`. */
function prefixed(prefix: string, name: string): string {
  if (prefix === '') return name;
  const lower = prefix.charAt(0).toLowerCase() + prefix.slice(1);
  return prefix.endsWith('_') ? lower + name : lower + name.charAt(0).toUpperCase() + name.slice(1);
}

/** Composition wants the root types called by their usual names. */
function rootNames(schema: GraphQLSchema): ReadonlyMap<string, string> {
  const named = [
    [schema.getQueryType()?.name, 'Query'],
    [schema.getMutationType()?.name, 'Mutation'],
    [schema.getSubscriptionType()?.name, 'Subscription'],
  ] as const;
  return new Map(named.flatMap(([own, usual]) => (own === undefined ? [] : [[own, usual] as const])));
}

function refuseUnknown(
  schema: GraphQLSchema,
  types: ReadonlyMap<string, string>,
  fields: ReadonlyMap<string, string>,
  origin: string,
): void {
  const unknown = [
    ...[...types.keys()].filter((name) => !schema.getType(name)).map((name) => `rename.types: ${name}`),
    ...[...fields.keys()].filter((name) => !hasMember(schema, name)).map((name) => `rename.fields: ${name}`),
  ];
  if (unknown.length === 0) return;
  throw new HubFault('HUB_IMPORT_INVALID', `${origin} has nothing of this name: ${unknown.join(', ')}`);
}

/** "Type.field", "Type.field(argument:)", "Input.field", "Enum.VALUE". */
function hasMember(schema: GraphQLSchema, coordinate: string): boolean {
  const [, typeName = '', name = '', argument] = /^(\w+)\.(\w+)(?:\((\w+):\))?$/.exec(coordinate) ?? [];
  const type = schema.getType(typeName);
  if (isEnumType(type)) return argument === undefined && type.getValue(name) !== undefined;
  if (isInputObjectType(type)) return argument === undefined && Object.hasOwn(type.getFields(), name);
  if (!isObjectType(type) && !isInterfaceType(type)) return false;
  const field = Object.hasOwn(type.getFields(), name) ? type.getFields()[name] : undefined;
  return field !== undefined && (argument === undefined || field.args.some((one) => one.name === argument));
}

function refuseClashes(schema: GraphQLSchema, typeName: (name: string) => string, origin: string): void {
  const taken = new Map<string, string>();
  for (const name of Object.keys(schema.getTypeMap())) {
    if (name.startsWith('__')) continue;
    const renamed = typeName(name);
    const other = taken.get(renamed);
    if (other !== undefined) {
      const message = `${origin}: the types ${other} and ${name} would both be called ${renamed}: rename one of them`;
      throw new HubFault('HUB_IMPORT_INVALID', message);
    }
    taken.set(renamed, name);
  }
}
