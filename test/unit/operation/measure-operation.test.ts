import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { readCostHints } from '../../../src/operation/cost-hints.ts';
import { measureOperation } from '../../../src/operation/measure-operation.ts';
import { cpuMs, fragmentBomb, introspection, operationOf, schema } from './measured-graph.ts';

const hints = readCostHints(schema);

function measure(text: string, variables?: Record<string, unknown>) {
  const document = parse(text);
  return measureOperation(schema, hints, document, operationOf(document), variables);
}
const cost = (text: string, variables?: Record<string, unknown>) => measure(text, variables).cost;

describe('the depth of an operation', () => {
  it('counts levels of fields, not of fragments', () => {
    expect(measure('{ me { id } }').depth).toBe(2);
    expect(measure('{ me { ... { ... on User { ...F } } } } fragment F on User { friends { id } }').depth).toBe(3);
  });

  it('leaves introspection out', () => {
    expect(measure(introspection)).toMatchObject({ depth: 0, aliases: 0, cost: 0 });
    expect(measure('{ __typename me { __typename } }').depth).toBe(1);
  });
});

describe('the aliases of an operation', () => {
  it('count as often as their fragment is spread', () => {
    expect(measure('{ a: me { id } b: me { ...F ...F } } fragment F on User { x: id y: name }').aliases).toBe(6);
  });

  it('are other names only, and count inside introspection too', () => {
    expect(measure('{ me: me { id } __schema { a: types { name } b: types { name } } }').aliases).toBe(2);
  });
});

describe('the cost of an operation', () => {
  it('is one for each field', () => {
    expect(cost('{ me { id name } }')).toBe(3);
  });

  it('multiplies what is in a list by the size that is asked for', () => {
    expect(cost('{ users(first: 20) { id name } }')).toBe(1 + 20 * 2);
    expect(cost('{ users(first: 20, last: 30) { id } }')).toBe(1 + 30);
    expect(cost('{ users(first: 5) { best(limit: 7) { id } } }')).toBe(1 + 5 * (1 + 7));
  });

  it('takes ten items where nothing says how many', () => {
    expect(cost('{ users { friends { id } } }')).toBe(1 + 10 * (1 + 10));
    expect(cost('query ($n: Int) { users(first: $n) { id } }')).toBe(11);
    for (const size of ['0', '-1', 'null', '"20"']) expect(cost(`{ users(first: ${size}) { id } }`)).toBe(11);
  });

  it('takes the default of a variable, and its value where that is known', () => {
    const text = 'query ($n: Int = 40) { users(first: $n) { id } }';
    expect(cost(text)).toBe(41);
    expect(cost(text, {})).toBe(41);
    expect(cost(text, { n: 7 })).toBe(8);
    expect(cost(text, { n: 1e300 })).toBe(1 + (2 ** 31 - 1));
    expect(cost(text, { n: Number.NaN })).toBe(11);
    expect(measure(text).sizedByVariable).toBe(true);
    expect(measure('query ($id: ID) { users(first: 1) { id } }').sizedByVariable).toBe(false);
  });

  it('passes the size of a connection on to its edges', () => {
    expect(cost('{ pages(first: 50) { total edges { node { id } } } }')).toBe(1 + 1 + 1 + 50 * 2);
    expect(cost('{ pages { edges { node { id } } } }')).toBe(1 + 1 + 10 * 2);
    expect(cost('{ pages(first: 50) { tags { id } } }')).toBe(1 + 1 + 10);
    const shared = `{ a: pages(first: 2) { ...P } b: pages(first: 3) { ...P } }
      fragment P on UserConnection { edges { node { id } } }`;
    expect(cost(shared)).toBe(2 + 2 * 2 + (2 + 3 * 2));
  });

  it('reads @listSize: assumed size, slicing arguments, sized fields', () => {
    expect(cost('{ feed { id } }')).toBe(51);
    expect(cost('{ feed(count: 3) { id } }')).toBe(4);
    expect(cost('query ($n: Int) { feed(count: $n) { id } }')).toBe(51);
    expect(cost('{ windows(first: 3) { panes { id } doors { id } } }')).toBe(1 + 2 + 3 + 10);
  });

  it('reads @cost of fields, arguments and types', () => {
    expect(cost('{ summary }')).toBe(20);
    expect(cost('{ summary(length: 3) }')).toBe(25);
    expect(cost('{ model { id } }')).toBe(10);
  });

  it('finds hints in a supergraph, of extensions too', () => {
    const supergraph = parse(`type Query { a: Int @cost(weight: "7") } extend type Query { b: Int @cost(weight: -3) }`);
    expect([...readCostHints(supergraph)]).toEqual([
      ['Query.a', { weight: 7 }],
      ['Query.b', { weight: 0 }],
    ]);
  });

  it('ends for fragments that contain themselves and for what the schema does not know', () => {
    const cyclic = '{ me { ...A } } fragment A on User { id ...B } fragment B on User { name ...A }';
    expect(measure(cyclic)).toMatchObject({ depth: 2, cost: 3 });
    expect(cost('{ nothing { like(first: 9) { this } } ...Missing ... on Nobody { x } }')).toBe(4);
    expect(cost('subscription { none { id } }')).toBe(2);
  });

  it('is found in no time for a bomb of nested fragments', () => {
    const document = parse(fragmentBomb(400));
    expect(cpuMs(() => measureOperation(schema, hints, document, operationOf(document)))).toBeLessThan(100);
    expect(measure(fragmentBomb(400))).toMatchObject({ depth: 402, cost: Infinity });
  });

  it('is found in no time for many fragments that all spread each other', () => {
    const names = Array.from({ length: 400 }, (_, n) => n);
    const text = `{ ${names.map((n) => `a${n}: pages(first: ${n}) { ...F0 }`).join(' ')} } ${names
      .map((n) => `fragment F${n} on UserConnection { edges { node { id } } tags { id } ...F${n + 1} ...F${n + 1} }`)
      .join(' ')}`;
    const document = parse(text);
    expect(cpuMs(() => measureOperation(schema, hints, document, operationOf(document)))).toBeLessThan(100);
  });
});
