// Which operations a loss touches: their own, or one in a type that they take or give. Called by `importOpenApi`.
import type { MappedOperation } from './map-operation.ts';
import { namedTypeOf, type TypeDef } from './sdl-model.ts';

/** @param losses JSON pointers. How many of the operations have at least one of them. */
export function countLossy(
  operations: readonly MappedOperation[],
  types: readonly TypeDef[],
  losses: readonly string[],
): number {
  if (losses.length === 0) return 0;
  const touched = new Set(losses.flatMap(prefixesOf));
  const users = new Map<string, string[]>();
  for (const type of types) {
    for (const used of typesUsedBy(type)) {
      const known = users.get(used);
      if (known === undefined) users.set(used, [type.name]);
      else known.push(type.name);
    }
  }
  const lossy = new Set<string>();
  const open = types.filter(({ at }) => at !== undefined && touched.has(at)).map(({ name }) => name);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (lossy.has(name)) continue;
    lossy.add(name);
    for (const user of users.get(name) ?? []) open.push(user);
  }
  return operations.filter(({ operation, field }) => {
    const places = [operation.at, ...operation.parameters.map(({ at }) => at), operation.body?.at];
    if (places.some((at) => at !== undefined && touched.has(at))) return true;
    return [field, ...field.args].some(({ type }) => lossy.has(namedTypeOf(type)));
  }).length;
}

/** `#/a/b` → `#/a/b`, `#/a`, `#`; the document as a whole concerns nobody in particular. */
function prefixesOf(pointer: string): string[] {
  const prefixes: string[] = [];
  for (let at = pointer; at.includes('/'); at = at.slice(0, at.lastIndexOf('/'))) prefixes.push(at);
  return prefixes;
}

function typesUsedBy(type: TypeDef): readonly string[] {
  switch (type.kind) {
    case 'object':
    case 'input':
      return [...new Set(type.fields.map((field) => namedTypeOf(field.type)))];
    case 'union':
      return type.members;
    case 'enum':
    case 'scalar':
      return [];
  }
}
