import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse, print } from 'graphql';
import { createFieldPolicy } from '../../../src/auth/create-field-policy.ts';
import { ANONYMOUS, type Principal } from '../../../src/contract/principal.ts';
import { caller, schema, supergraph, valid } from './protected-graph.ts';

const policy = createFieldPolicy(supergraph, schema);
const squeeze = (text: string) => text.replace(/\s+/g, ' ').trim();

function ask(text: string, principal: Principal, variables = {}, operationName?: string) {
  const compiled = policy.compile(valid(text), operationName);
  const denials = compiled?.check(principal, variables);
  return {
    denied: denials?.fields.map(({ responsePath, typeName, fieldName, fault }) => [
      responsePath.join('.'),
      `${typeName}.${fieldName}`,
      fault.code.replace('HUB_AUTH_', ''),
    ]),
    messages: denials?.fields.map(({ fault }) => fault.message),
    faults: denials?.fields.map(({ fault }) => fault),
    key: denials?.key,
    reduced: denials && compiled ? squeeze(print(compiled.reduce(denials))) : undefined,
  };
}

describe('the field policy', () => {
  it('has nothing to say about an operation that touches nothing protected', () => {
    expect(
      policy.compile(valid('{ me { id name friends { owner } } __schema { types { name } } }'), undefined),
    ).toBeUndefined();
  });

  it('refuses an operation that is not in the document', () => {
    expect(() => policy.compile(valid('query A { me { id } }'), 'B')).toThrow(/no such operation/);
  });

  it('denies a protected field to an anonymous caller and keeps the rest', () => {
    const { denied, messages, reduced } = ask('{ me { id notes } audit }', ANONYMOUS);
    expect(denied).toEqual([
      ['me.notes', 'User.notes', 'UNAUTHENTICATED'],
      ['audit', 'Query.audit', 'UNAUTHENTICATED'],
    ]);
    expect(messages?.[0]).toBe('User.notes needs a caller who is signed in');
    expect(reduced).toBe('{ me { id } }');
    expect(ask('{ me { id notes } audit }', caller()).denied).toBeUndefined();
  });

  it('takes scopes as an OR of ANDs and names them', () => {
    const text = '{ me { email } }';
    const { denied, messages, faults } = ask(text, caller(['profile']));
    expect(denied).toEqual([['me.email', 'User.email', 'FORBIDDEN']]);
    expect(messages).toEqual(['User.email needs the scopes "profile" and "email", or the scope "admin"']);
    expect(faults?.[0]?.details).toEqual({
      coordinate: 'User.email',
      requiredScopes: [[['profile', 'email'], ['admin']]],
    });
    expect(ask(text, ANONYMOUS).messages).toEqual([
      'User.email needs a caller who is signed in; and the scopes "profile" and "email", or the scope "admin"',
    ]);
    expect(ask(text, caller(['email', 'profile'])).denied).toBeUndefined();
    expect(ask(text, caller(['admin'])).denied).toBeUndefined();
  });

  it('satisfies policies with the verified claim "policies" alone', () => {
    const text = '{ me { ssn } }';
    expect(ask(text, caller(['hr', 'policy:hr'])).messages).toEqual(['User.ssn needs the policy "hr"']);
    expect(ask(text, caller([], { policies: 'hr' })).denied).toHaveLength(1);
    expect(ask(text, caller([], { policies: ['hr'] })).denied).toBeUndefined();
  });

  it('asks for what the returned type says: object, enum, scalar', () => {
    const { denied, reduced } = ask('{ report { title } level me { born } }', ANONYMOUS);
    expect(denied).toEqual([
      ['report', 'Query.report', 'UNAUTHENTICATED'],
      ['level', 'Query.level', 'UNAUTHENTICATED'],
      ['me.born', 'User.born', 'UNAUTHENTICATED'],
    ]);
    expect(reduced).toBe('{ me { __typename } }');
    expect(ask('{ me { born } }', caller(['dates'])).denied).toBeUndefined();
  });

  it('asks for what the type says and what the field says together', () => {
    expect(ask('{ report { title secret } }', caller()).denied).toEqual([
      ['report.secret', 'Report.secret', 'FORBIDDEN'],
    ]);
  });

  it('does not go on below a denied field', () => {
    expect(ask('{ report { secret } }', ANONYMOUS).denied).toEqual([['report', 'Query.report', 'UNAUTHENTICATED']]);
  });

  it('uses response keys without list indices, and aliases', () => {
    const { denied, reduced } = ask('{ all: nodes { ... on User { mail: email } } }', caller());
    expect(denied).toEqual([['all.mail', 'User.email', 'FORBIDDEN']]);
    expect(reduced).toBe('{ all: nodes { __typename } }');
  });

  it('never protects __typename', () => {
    expect(policy.compile(valid('{ __typename me { __typename } found { __typename } }'), undefined)).toBeUndefined();
  });

  it('asks for a field of an interface what any of its types asks for it', () => {
    const { denied, reduced } = ask('{ node { id owner } }', caller());
    expect(denied).toEqual([['node.owner', 'Node.owner', 'FORBIDDEN']]);
    expect(reduced).toBe('{ node { id } }');
    expect(ask('{ node { owner } }', caller(['pets'])).denied).toBeUndefined();
  });

  it('asks less where fragments have ruled the stricter types out', () => {
    expect(ask('{ node { ... on Dog { owner } } }', caller()).denied).toBeUndefined();
    expect(ask('{ node { ... on Dog { ... on Node { owner } } } }', caller()).denied).toBeUndefined();
    expect(ask('{ node { ... on Cat { owner } } }', caller()).denied).toEqual([
      ['node.owner', 'Cat.owner', 'FORBIDDEN'],
    ]);
    expect(ask('{ pets { ... on Node { owner } } }', caller()).denied).toEqual([
      ['pets.owner', 'Cat.owner', 'FORBIDDEN'],
      ['pets.owner', 'Dog.owner', 'FORBIDDEN'],
    ]);
  });

  it('judges what stands in fragments that exclude each other', () => {
    const text = '{ node { ... on User { ... on Node { ... on Cat { owner } } } } }';
    expect(ask(text, caller()).denied).toEqual([['node.owner', 'Cat.owner', 'FORBIDDEN']]);
  });

  it('enters the members of a union', () => {
    const { denied, reduced } = ask(
      '{ found { ... on Report { title } ... on User { id } ... on Cat { owner } } }',
      ANONYMOUS,
    );
    expect(denied).toEqual([
      ['found.title', 'Report.title', 'UNAUTHENTICATED'],
      ['found.owner', 'Cat.owner', 'UNAUTHENTICATED'],
    ]);
    expect(reduced).toBe('{ found { ... on User { id } } }');
  });

  it('splits a fragment that loses a field in one place and keeps it in another', () => {
    const { denied, reduced } = ask('{ me { ...N } node { ...N } } fragment N on Node { id owner }', caller());
    expect(denied).toEqual([['node.owner', 'Node.owner', 'FORBIDDEN']]);
    expect(reduced).toBe(
      '{ me { ...N } node { ...N_allowed1 } } fragment N on Node { id owner } fragment N_allowed1 on Node { id }',
    );
  });

  it('tells two uses of a fragment at the same path apart', () => {
    const text = '{ node { ... on Dog { ...N } ... on Cat { ...N } } } fragment N on Node { owner }';
    const { denied, reduced } = ask(text, caller());
    expect(denied).toEqual([['node.owner', 'Cat.owner', 'FORBIDDEN']]);
    expect(reduced).toBe('{ node { ... on Dog { ...N } } } fragment N on Node { owner }');
  });

  it('drops fragments and variables that nothing uses any more', () => {
    const text = `query Q($n: Int, $id: ID, $on: Boolean = true) {
      audit(first: $n) node(id: $id) { ...Mine @include(if: $on) id } me { ...Mail }
    } fragment Mine on User { ...Mail } fragment Mail on User { email }`;
    expect(ask(text, ANONYMOUS).reduced).toBe('query Q($id: ID) { node(id: $id) { id } me { __typename } }');
  });

  it('takes names for split fragments that are free', () => {
    const text = `{ me { ...N ...N_allowed1 } node { ...N } }
      fragment N on Node { id owner } fragment N_allowed1 on User { name }`;
    expect(ask(text, caller()).reduced).toContain('node { ...N_allowed2 }');
  });

  it('chooses one operation of several', () => {
    const text = 'query A { me { id } } query B { me { email ...F } } fragment F on User { id }';
    expect(ask(text, caller(), {}, 'A').denied).toBeUndefined();
    expect(ask(text, caller(), {}, 'B').reduced).toBe('query B { me { ...F } } fragment F on User { id }');
  });

  it('leaves a denied root field of a mutation out of what is run', () => {
    const text = 'mutation { rename(name: "x") { id } ping }';
    const { denied, reduced } = ask(text, caller());
    expect(denied).toEqual([['rename', 'Mutation.rename', 'FORBIDDEN']]);
    expect(reduced).toBe('mutation { ping }');
    expect(ask('mutation { rename(name: "x") { id } }', caller()).reduced).toBe('mutation { __typename }');
  });

  it('guards subscriptions at their root and below', () => {
    expect(ask('subscription { userChanged { id } }', ANONYMOUS).denied).toEqual([
      ['userChanged', 'Subscription.userChanged', 'UNAUTHENTICATED'],
    ]);
    const { denied, reduced } = ask('subscription { tick { id email } }', caller());
    expect(denied).toEqual([['tick.email', 'User.email', 'FORBIDDEN']]);
    expect(reduced).toBe('subscription { tick { id } }');
  });

  it('does not report fields that the variables switch off, and leaves them out all the same', () => {
    const text = 'query ($a: Boolean!, $b: Boolean!) { me { id email @include(if: $a) ... @skip(if: $b) { notes } } }';
    const on = ask(text, ANONYMOUS, { a: true, b: false });
    const off = ask(text, ANONYMOUS, { a: false, b: true });
    const half = ask(text, ANONYMOUS, { a: true, b: true });
    expect(on.denied).toHaveLength(2);
    expect(off.denied).toEqual([]);
    expect(half.denied).toEqual([['me.email', 'User.email', 'UNAUTHENTICATED']]);
    expect(new Set([on.key, off.key, half.key]).size).toBe(3);
    for (const { reduced } of [on, off, half]) expect(reduced).toBe('{ me { id } }');
  });

  it('does not report fields that literals switch off', () => {
    expect(
      policy.compile(valid('{ me { id email @include(if: false) notes @skip(if: true) } }'), undefined),
    ).toBeUndefined();
    expect(ask('{ me { email @include(if: true) } }', ANONYMOUS).denied).toHaveLength(1);
  });

  it('gives the same denials the same key, and different ones different keys', () => {
    const text = '{ me { email notes ssn } }';
    const compiled = policy.compile(valid(text), undefined);
    const key = (principal: Principal) => compiled?.check(principal, {})?.key;
    expect(key(caller(['x']))).toBe(key(caller(['y'])));
    expect(compiled?.check(caller(['x']), {})).toBe(compiled?.check(caller(['y']), {}));
    expect(
      new Set([key(ANONYMOUS), key(caller()), key(caller(['admin'])), key(caller([], { policies: ['hr'] }))]).size,
    ).toBe(4);
    expect(ask(text, caller()).key).toBe(key(caller()));
  });

  it('denies a field once that is selected twice at one place', () => {
    const { denied, reduced } = ask('{ me { email } me { id email ...F } } fragment F on User { email }', caller());
    expect(denied).toEqual([['me.email', 'User.email', 'FORBIDDEN']]);
    expect(reduced).toBe('{ me { __typename } me { id } }');
  });

  it('compiles a bomb of nested fragments in time that is proportional to its text', () => {
    const levels = Array.from(
      { length: 60 },
      (_, n) => `fragment F${n} on User { a: friends { ...F${n + 1} } b: friends { ...F${n + 1} } }`,
    );
    const text = `{ me { ...F0 } } ${levels.join(' ')} fragment F60 on User { id email }`;
    const before = process.threadCpuUsage();
    const compiled = policy.compile(parse(text), undefined);
    expect(process.threadCpuUsage(before).user).toBeLessThan(100_000);
    expect(compiled?.check(caller(['admin']), {})).toBeUndefined();
  });

  it('reads a lone scope as a list of one, and an empty list as what nobody has', () => {
    const sdl = parse(`type Query { a: Int @requiresScopes(scopes: "x") b: Int @requiresScopes(scopes: []) }`);
    const compiled = createFieldPolicy(sdl, buildSchema('type Query { a: Int b: Int }')).compile(
      parse('{ a b }'),
      undefined,
    );
    expect(compiled?.check(caller(['x']), {})?.fields.map(({ fault }) => fault.message)).toEqual([
      'Query.b needs a scope that nobody has',
    ]);
  });
});
