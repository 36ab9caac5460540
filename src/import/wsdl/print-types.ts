// Value types in, GraphQL type references and definitions out: objects, interfaces of families, inputs, enums, scalars.
// One printer per SDL; called by the SDL mapping.
import { createCycleFinder } from './input-cycles.ts';
import { described, indent, mapped, quoted } from './sdl-text.ts';
import type { SdlNames } from './sdl-names.ts';
import {
  arrayItem,
  derivedKey,
  typeTag,
  type ComplexType,
  type Enumeration,
  type Field,
  type ValueType,
} from './xsd-model.ts';

export interface TypePrinter {
  /** Type of the one field that an operation results in: null where it is missing. */
  payload(field: Field): string;
  /** The type of a result of several fields, even of a type that is nothing but an array. */
  record(type: ComplexType): string;
  input(field: Field): string;
  /** What the schema says about a field, in words. */
  documentation(field: Field): string | undefined;
  /** All definitions that were asked for and all that they lead to, sorted by name, scalars last. */
  definitions(): string[];
}

const SCALARS: Readonly<Record<string, string>> = {
  JSON: 'Any JSON value.',
  DateTime: 'A date and time as ISO 8601 text, exactly as the service sent it.',
  Date: 'A date as ISO 8601 text (YYYY-MM-DD).',
  Long: 'A whole number of up to 64 bits or more, exact.',
  Decimal: 'An exact decimal number, as a string.',
};

type Direction = 'output' | 'input';

export function createTypePrinter(names: SdlNames): TypePrinter {
  /** Texts of definitions, made when all types are known: which interfaces there are decides what an object implements. */
  const definitions = new Map<string, () => string>();
  const scalars = new Set<string>();
  /** A type's fields are printed after the type has its name, so that recursive types end. */
  const queue: (() => void)[] = [];
  const interfaces = new Map<ComplexType, string>();
  const inCycle = createCycleFinder(demandedBy);

  function inputFieldType(field: Field, optional = false): string {
    const type = outerType(field, 'input');
    const required = field.required && !optional && field.fixed !== true;
    return required && (field.list || !field.nillable) ? `${type}!` : type;
  }

  /** A list is never null: nothing is an empty list. */
  function outputFieldType(field: Field): string {
    const type = outerType(field, 'output');
    return field.list || (field.required && !field.nillable) ? `${type}!` : type;
  }

  function outerType(field: Field, direction: Direction): string {
    const type = typeRef(field.type, direction);
    return field.list ? `[${type}${field.nillable && field.role === 'element' ? '' : '!'}]` : type;
  }

  function typeRef(type: ValueType, direction: Direction, asObject = false): string {
    if (type.kind === 'any') return scalar('JSON');
    if (type.kind === 'simple') {
      const name = type.enumeration === undefined ? scalar(type.scalar) : enumeration(type.enumeration);
      return type.list ? `[${name}!]` : name;
    }
    const item = asObject ? undefined : arrayItem(type);
    if (item !== undefined) return `[${typeRef(item.type, direction)}${item.nillable ? '' : '!'}]`;
    const family = familyOf(type);
    if (type.fields.length === 0 && (family.length === 0 || !type.abstract)) return scalar('JSON');
    if (direction === 'input') return inputType(type, family);
    return family.length === 0 ? objectType(type) : familyType(type, family);
  }

  function inputType(type: ComplexType, family: readonly ComplexType[]): string {
    const { name, fresh } = names.type(type, type.suggestedName, 'Input');
    if (!fresh) return name;
    queue.push(() => {
      const scope = names.scope();
      const own = family.length > 0 && type.abstract ? [] : type.fields;
      const fields = own.map((field) => {
        const optional = family.length > 0 || inCycle(type, field.type);
        return fieldText(scope.field(field.raw), field, inputFieldType(field, optional));
      });
      const alternatives = family.map((derived) => {
        const label = scope.field(`as ${derived.suggestedName}`);
        const text = `Instead of all other fields: sends a ${derived.suggestedName}.`;
        return indent(
          `${described(text)}${label}: ${inputType(derived, familyOf(derived))}${mapped(label, derivedKey(derived))}`,
          '  ',
        );
      });
      define(
        name,
        () => `${described(type.documentation)}input ${name} {\n${[...fields, ...alternatives].join('\n')}\n}`,
      );
    });
    return name;
  }

  /** The object type of exactly this type: beside the interface of a family it has a name of its own. */
  function objectType(type: ComplexType): string {
    const hasFamily = familyOf(type).length > 0 && type.fields.length > 0;
    const { name, fresh } = hasFamily
      ? names.type(type.fields, `${type.suggestedName}Base`, '')
      : names.type(type, type.suggestedName, '');
    if (!fresh) return name;
    queue.push(() => {
      const body = fieldsText(type);
      define(name, () => `${described(type.documentation)}type ${name}${implementsText(type, true)} {\n${body}\n}`);
    });
    return name;
  }

  /** An interface of all types that may stand in its place; a union where they have nothing in common. */
  function familyType(type: ComplexType, family: readonly ComplexType[]): string {
    const { name, fresh } = names.type(type, type.suggestedName, '');
    if (!fresh) return name;
    if (type.fields.length > 0) interfaces.set(type, name);
    queue.push(() => {
      const members = type.abstract ? family : [type, ...family];
      const objects = members.map((member) => ({ tag: typeTag(member) ?? '', name: objectType(member) }));
      const mapping = objects.map((object) => quoted(`${object.tag}=${object.name}`)).join(', ');
      const discriminator = ` @discriminator(property: "$type", mapping: [${mapping}])`;
      const head = described(type.documentation);
      if (type.fields.length === 0) {
        define(
          name,
          () => `${head}union ${name}${discriminator} = ${objects.map((object) => object.name).join(' | ')}`,
        );
        return;
      }
      const body = fieldsText(type);
      define(name, () => `${head}interface ${name}${implementsText(type, false)}${discriminator} {\n${body}\n}`);
    });
    return name;
  }

  function implementsText(type: ComplexType, self: boolean): string {
    const implemented: string[] = [];
    for (let at: ComplexType | undefined = type; at !== undefined; at = at.base) {
      const name = interfaces.get(at);
      if (name !== undefined && (at === type ? self : at.derived.includes(type))) implemented.push(name);
    }
    return implemented.length === 0 ? '' : ` implements ${implemented.join(' & ')}`;
  }

  function fieldsText(type: ComplexType): string {
    const scope = names.scope();
    return type.fields.map((field) => fieldText(scope.field(field.raw), field, outputFieldType(field))).join('\n');
  }

  function enumeration(source: Enumeration): string {
    const { name, fresh } = names.type(source.id, source.name, '');
    if (!fresh) return name;
    const scope = names.scope();
    const values = source.values.map(({ value, documentation }) => {
      const label = scope.enumValue(value);
      return indent(`${described(documentation)}${label}${mapped(label, value)}`, '  ');
    });
    define(name, () => `${described(source.documentation)}enum ${name} {\n${values.join('\n')}\n}`);
    return name;
  }

  function scalar(name: string): string {
    if (Object.hasOwn(SCALARS, name)) scalars.add(name);
    return name;
  }

  function define(name: string, text: () => string): void {
    definitions.set(name, text);
  }

  return {
    payload: (field) => outerType(field, 'output'),
    record: (type) => typeRef(type, 'output', true),
    input: (field) => inputFieldType(field),
    documentation,
    definitions() {
      // It grows while it is worked off; taking from its front would cost its length each time.
      for (const work of queue) work();
      queue.length = 0;
      const types = [...definitions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text());
      return [...types, ...[...scalars].sort().map((name) => `${described(SCALARS[name])}scalar ${name}`)];
    },
  };
}

/** Types that may be sent and answered in the place of `type`, and are not abstract. */
function familyOf(type: ComplexType): readonly ComplexType[] {
  return type.derived.filter(({ abstract }) => !abstract);
}

/** What a value of the type cannot be written down without. */
function demandedBy(type: ComplexType): ComplexType[] {
  if (familyOf(type).length > 0) return [];
  return type.fields.flatMap((field) => {
    const demanded = field.required && !field.nillable && !field.list && field.type.kind === 'complex';
    return demanded && arrayItem(field.type) === undefined ? [field.type] : [];
  });
}

function fieldText(label: string, field: Field, type: string): string {
  return indent(`${described(documentation(field))}${label}: ${type}${mapped(label, field.raw)}`, '  ');
}

function documentation(field: Field): string | undefined {
  const facets = field.type.kind === 'simple' ? field.type.facets : undefined;
  const fallback =
    field.fallback === undefined ? undefined : `${field.fixed === true ? 'always' : 'default'} "${field.fallback}"`;
  const constraints = [facets, fallback].filter((text) => text !== undefined).join('; ');
  const text = constraints === '' ? '' : `${constraints.charAt(0).toUpperCase()}${constraints.slice(1)}.`;
  const both = [field.documentation ?? '', text].filter((part) => part !== '').join('\n');
  return both === '' ? undefined : both;
}
