// A random query over a random schema: nested, with aliases, arguments, variables, fragments of both kinds and conditions.
import fc from 'fast-check';
import { rootsOf } from './random-graph.ts';
import { typeOf, type RandomField, type RandomSchema } from './random-schema.ts';

const CONDITIONS: Readonly<Record<number, string>> = {
  3: ' @include(if: $yes)',
  4: ' @skip(if: $yes)',
  5: ' @include(if: $no)',
};

/** Of a type, or of an abstract type. */
type Of = number | 'Node' | 'Any';

export function randomQuery(schema: RandomSchema): fc.Arbitrary<string> {
  const types = [...schema.types.keys()];
  const fieldOf = (type: number, field: RandomField, i: number, depth: number): fc.Arbitrary<string> => {
    const { to } = field;
    const inside = to === undefined || depth === 0 ? fc.constant('') : selectionOf(to, depth - 1);
    return fc
      .record({ take: fc.boolean(), form: fc.nat(9), n: fc.constantFrom('0', '1', '$n'), inside })
      .map(({ take, form, n, inside }) => {
        if (!take || (to !== undefined && inside === '')) return '';
        const args = field.takes && form % 2 === 0 ? `(n: ${n})` : '';
        const clashing = form === 9 && typeOf(field) === 'Int' && args === '';
        const own = form > 6 || args !== '' ? `a${type}${i}_${args === '' ? 'x' : n.replace('$', '')}: ` : '';
        const alias = clashing ? 'same: ' : own;
        const text = `${alias}${field.name}${args}${CONDITIONS[form] ?? ''}${inside === '' ? '' : ` { ${inside} }`}`;
        if (form === 1) return `... on T${type} { ${text} }`;
        return form === 2 ? `... @skip(if: $no) { ${text} }` : text;
      });
  };
  const selectionOf = (of: Of, depth: number): fc.Arbitrary<string> => {
    const choices =
      typeof of === 'number'
        ? (schema.types[of] ?? []).map((field, i) => fieldOf(of, field, i, depth))
        : types.map((type) =>
            selectionOf(type, Math.max(0, depth - 1)).map((inside) => `... on T${type} { ${inside} }`),
          );
    return fc.tuple(fc.nat(15), fc.boolean(), ...choices).map(([common, named, ...texts]) => {
      const chosen = texts.filter((text) => text !== '');
      const onNode = [
        ...(common & 1 || (chosen.length === 0 && of !== 'Any') ? ['id'] : []),
        ...(common & 2 ? ['k'] : []),
        ...(common & 4 ? ['code'] : []),
      ];
      const shared = of === 'Any' && onNode.length > 0 ? [`... on Node { ${onNode.join(' ')} }`] : onNode;
      const spread = named && typeof of === 'number' ? [`...F${of}`] : [];
      return [...(common & 8 || of === 'Any' ? ['__typename'] : []), ...shared, ...chosen, ...spread].join(' ');
    });
  };
  const roots = rootsOf(schema).map(({ name, to }) => selectionOf(to, 3).map((inside) => `${name} { ${inside} }`));
  const fragments = types.map((type) =>
    fc
      .tuple(...(schema.types[type] ?? []).map((field, i) => fieldOf(type, field, i, 0)))
      .map((texts) => `fragment F${type} on T${type} { id ${texts.join(' ')} }`),
  );
  return fc.tuple(fc.tuple(...roots), fc.tuple(...fragments)).map(([texts, definitions]) => {
    const body = texts.join(' ');
    const used = definitions.filter((_, type) => body.includes(`...F${type}`));
    const whole = `{ ${body} } ${used.join(' ')}`;
    const variables = ['$yes: Boolean! = true', '$no: Boolean! = false', '$n: Int = 2'].filter((one) =>
      new RegExp(`\\${one.split(':')[0] ?? ''}\\b`).test(whole),
    );
    return `query${variables.length === 0 ? '' : ` (${variables.join(', ')})`} ${whole}`;
  });
}
