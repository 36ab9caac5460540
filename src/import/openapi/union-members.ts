// What the members of a union are called as the fields of an input of which one is given. Called by the type mapping.
import { camelName } from '../graphql-names.ts';
import type { Schema } from './document-model.ts';
import type { Shape } from './schema-shape.ts';

export interface ChoiceMember {
  readonly member: Schema;
  readonly shape: Shape;
  /** The name under which the description knows the member. */
  readonly tag: string | undefined;
  readonly index: number;
  /** Name of the union. */
  readonly owner: string;
  /** Names of the members before; this one's is added. */
  readonly taken: Set<string>;
}

/** `cat` for a component, `string` for a text, `list` for a list, else `option2`. */
export function choiceName({ member, shape, tag, index, owner, taken }: ChoiceMember): string {
  const titled = member.title !== undefined && /^[\w -]{1,40}$/.test(member.title) ? member.title : undefined;
  const wanted = [shortened(tag, owner), titled, kindName(shape), `option ${index + 1}`];
  const name = wanted
    .flatMap((one) => (one === undefined ? [] : [camelName(one)]))
    .find((one) => !taken.has(one) && !/^x[0-9a-f]{8}$/.test(one));
  const free = name ?? `option${index + 1}`;
  taken.add(free);
  return free;
}

/** What a member's name repeats of the union's says nothing. */
function shortened(tag: string | undefined, owner: string): string | undefined {
  if (tag === undefined || !tag.startsWith(owner) || tag.length <= owner.length) return tag;
  const rest = tag.slice(owner.length);
  return /^[A-Z_.-][A-Za-z]/.test(rest) ? rest : tag;
}

function kindName(shape: Shape): string | undefined {
  switch (shape.kind) {
    case 'scalar':
      return shape.scalar;
    case 'list':
      return 'list';
    case 'map':
      return 'entries';
    case 'enum':
      return 'value';
    case 'any':
      return 'json';
    case 'tuple':
    case 'object':
    case 'union':
      return undefined;
  }
}
