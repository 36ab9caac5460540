import { describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { bindBatch, bindSingle } from '../../../../src/subgraphs/local/key-binding.ts';

const argumentsOf = (args: string) =>
  buildSchema(`directive @map(name: String) on ARGUMENT_DEFINITION type Query { f${args}: Int }`)
    .getQueryType()
    ?.getFields().f?.args ?? [];

const KEYS = [['id'], ['sku'], ['country', 'code']];

describe('the key that a lookup takes', () => {
  it.each([
    ['(id: ID!)', ['id']],
    ['(sku: String!)', ['sku']],
    ['(number: ID!)', ['id']],
    ['(code: ID!, country: ID!)', ['country', 'code']],
  ])('is of %s the one that the arguments name, else the first', (args, key) => {
    expect(bindSingle(argumentsOf(args), KEYS)?.keyFields).toEqual(key);
  });

  it.each([
    ['(ids: [ID!]!)', ['id']],
    ['(skus: [String!]!)', ['sku']],
    ['(numbers: [ID!]!)', ['id']],
  ])('is of the list %s the one that it names, else the first', (args, key) => {
    expect(bindBatch(argumentsOf(args), KEYS)?.keyFields).toEqual(key);
  });

  it('is none where an argument is left over', () => {
    expect(bindSingle(argumentsOf('(id: ID!, other: Int!)'), KEYS)).toBeUndefined();
    expect(bindBatch(argumentsOf('(ids: [ID!]!, other: Int!)'), KEYS)).toBeUndefined();
  });
});
