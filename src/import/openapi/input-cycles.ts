// Input types that need one another without end could never be given a value: their `!` is dropped where the circle closes.
import { namedTypeOf, nullable, type TypeDef } from './sdl-model.ts';

type InputDef = Extract<TypeDef, { kind: 'input' }>;

/** The same definitions, without circles of non-null input fields (GraphQL spec, section 3.10, "circular references"). */
export function breakInputCycles(types: readonly TypeDef[]): TypeDef[] {
  const inputs = new Map(
    types.filter((type) => type.kind === 'input').map((type): [string, InputDef] => [type.name, type]),
  );
  const broken = new Set<string>();
  const state = new Map<string, 'open' | 'done'>();
  for (const start of inputs.keys()) {
    if (state.has(start)) continue;
    // Depth first with a stack of our own: a chain of types may be as long as the description.
    const stack = [{ name: start, edges: requiredInputs(inputs, start), next: 0 }];
    state.set(start, 'open');
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const edge = top.edges[top.next];
      top.next += 1;
      if (edge === undefined) {
        state.set(top.name, 'done');
        stack.pop();
      } else if (state.get(edge.target) === 'open') {
        broken.add(`${top.name}.${edge.field}`);
      } else if (!state.has(edge.target)) {
        state.set(edge.target, 'open');
        stack.push({ name: edge.target, edges: requiredInputs(inputs, edge.target), next: 0 });
      }
    }
  }
  if (broken.size === 0) return [...types];
  return types.map((type) =>
    type.kind === 'input'
      ? {
          ...type,
          fields: type.fields.map((field) =>
            broken.has(`${type.name}.${field.name}`) ? { ...field, type: nullable(field.type) } : field,
          ),
        }
      : type,
  );
}

function requiredInputs(
  inputs: ReadonlyMap<string, InputDef>,
  name: string,
): { readonly field: string; readonly target: string }[] {
  return (inputs.get(name)?.fields ?? []).flatMap((field) => {
    const target = namedTypeOf(field.type);
    // A list may be empty, so it closes no circle.
    return field.type === `${target}!` && inputs.has(target) ? [{ field: field.name, target }] : [];
  });
}
