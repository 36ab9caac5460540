// Which types may stand in the place of a declared one (`xsi:type`). Called by the type resolver when types are filled.
import { arrayItem, type ComplexType, type Field } from './xsd-model.ts';

/** Most types that one family may have in the graph; beyond it the rest is read as the declared type. */
const MAX_DERIVED = 1_000;

/** Adds a filled type to `derived` of everything it derives from, where its values have all that those promise. */
export function joinFamily(type: ComplexType): void {
  if (type.name === undefined || type.fields.length === 0 || arrayItem(type) !== undefined) return;
  const own = new Map(type.fields.map((field) => [field.raw, field]));
  for (let base = type.base; base !== undefined; base = base.base) {
    const isArray = base.fields.length > 0 && arrayItem(base) !== undefined;
    if (isArray || base.derived.length >= MAX_DERIVED || base.derived.includes(type)) continue;
    if (base.fields.every((field) => keeps(own.get(field.raw), field))) base.derived.push(type);
  }
}

/** Types of a broken schema may derive from each other in a circle; in the model none does. */
export function derivesFrom(type: ComplexType, from: ComplexType): boolean {
  for (let at: ComplexType | undefined = type; at !== undefined; at = at.base) if (at === from) return true;
  return false;
}

/** A restriction may leave out or narrow what it inherits; a GraphQL type cannot do so and still be of the family. */
function keeps(own: Field | undefined, inherited: Field): boolean {
  return (
    own?.type === inherited.type &&
    own.list === inherited.list &&
    (own.required || !inherited.required) &&
    (!own.nillable || inherited.nillable)
  );
}

/** A restriction names elements as it likes; on the wire, and in the graph, they stand in the order of its base. */
export function keepOrder(fields: Field[], inherited: readonly Field[]): void {
  const position = new Map(inherited.map(({ raw }, index) => [raw, index]));
  const placed = fields.map((field, index) => ({ field, at: position.get(field.raw) ?? inherited.length + index }));
  placed.sort((a, b) => a.at - b.at);
  placed.forEach(({ field }, index) => (fields[index] = field));
}
