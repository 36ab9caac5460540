// Gathers the fields of one type: applies how often a particle may occur and keeps raw names apart.
import { XSD } from './namespaces.ts';
import type { Field } from './xsd-model.ts';
import type { XmlElement } from './xml-tree.ts';

/** How often what stands inside a particle may occur, everything around it considered. */
export interface Occurs {
  readonly optional: boolean;
  readonly list: boolean;
  readonly choice: boolean;
  /** Of the sequence around it that repeats; undefined where none does, or where a choice leaves the order free. */
  readonly turn: object | undefined;
}

export const ONCE: Occurs = { optional: false, list: false, choice: false, turn: undefined };

/** Narrows `outer` by the particle's own minOccurs, maxOccurs and, for a choice of several, by its being one. */
export function mergeOccurs(outer: Occurs, particle: XmlElement): Occurs {
  const maxOccurs = particle.attributes.get('maxOccurs') ?? '1';
  const alternatives = particle.local === 'choice' ? particle.children.filter(isParticle).length : 0;
  const choice = outer.choice || alternatives > 1;
  const repeats = maxOccurs === 'unbounded' || Number(maxOccurs) > 1;
  return {
    optional: outer.optional || choice || particle.attributes.get('minOccurs') === '0',
    list: outer.list || repeats,
    choice,
    turn: turnOf(outer, particle, repeats, choice),
  };
}

function turnOf(outer: Occurs, { local }: XmlElement, repeats: boolean, choice: boolean): object | undefined {
  if (choice) return undefined;
  // An element that repeats by itself does so within its turn, and how often belongs to which turn is not known.
  if (local === 'element' || local === 'any') return repeats ? undefined : outer.turn;
  return repeats ? {} : outer.turn;
}

const PARTICLES = new Set(['element', 'any', 'group', 'sequence', 'choice', 'all']);
const isParticle = (node: XmlElement): boolean => node.uri === XSD && PARTICLES.has(node.local);

export interface FieldCollector {
  add(field: Field, occurs: Occurs): void;
}

/**
 * Writes into `fields`. The same element twice is one field: a list where both may be there, optional where they are
 * alternatives. One local name in two namespaces is two fields, the second under the raw name `name#2`.
 */
export function createFieldCollector(fields: Field[]): FieldCollector {
  /** Where the fields of each local name stand. */
  const positions = new Map<string, number[]>();
  const rawNames = new Map<string, number>();
  return {
    add(field, occurs) {
      const list = field.list || occurs.list;
      const required = field.required && !occurs.optional;
      const named = positions.get(field.local);
      const position = named?.find((at) => fields[at]?.role === field.role && fields[at].uri === field.uri);
      const known = position === undefined ? undefined : fields[position];
      if (position !== undefined && known !== undefined) {
        if (field.role === 'element') {
          fields[position] = {
            ...field,
            raw: known.raw,
            required: known.required && required,
            list: list || !occurs.choice,
          };
        } else fields[position] = { ...field, raw: known.raw };
        return;
      }
      if (named === undefined) positions.set(field.local, [fields.length]);
      else named.push(fields.length);
      const taken = rawNames.get(field.raw) ?? 0;
      rawNames.set(field.raw, taken + 1);
      const raw = taken === 0 ? field.raw : `${field.raw}#${taken + 1}`;
      fields.push({ ...field, raw, list, required, ...(occurs.turn === undefined ? {} : { turn: occurs.turn }) });
    },
  };
}
