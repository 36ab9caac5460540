import { describe, expect, it } from '@jest/globals';
import { buildSchema, GraphQLScalarType } from 'graphql';
import { toBatchSchema } from '../../../../src/subgraphs/ai/answer-schema.ts';
import { toAnswerShape, type AnswerShape } from '../../../../src/subgraphs/ai/answer-shape.ts';
import { checkAnswer } from '../../../../src/subgraphs/ai/check-answer.ts';

const schema = buildSchema(/* GraphQL */ `
  directive @map(name: String, expr: String) on FIELD_DEFINITION | ENUM_VALUE
  directive @ai(prompt: String) on FIELD_DEFINITION
  enum Level {
    "not so urgent"
    LOW @map(name: "low-1")
    HIGH
    high
  }
  type Answer {
    "one line"
    title: String! @map(name: "t")
    count: Int
    share: Float!
    done: Boolean!
    level: Level!
    tags: [String!]
    shout: String @map(expr: "$uppercase(t)")
    more: String @ai(prompt: "x")
  }
  type Query {
    answer: Answer!
  }
`);
const type = schema.getQueryType()?.getFields().answer?.type;
if (type === undefined) throw new Error('no type');
const shape = toAnswerShape(type, 'Query.answer');
const whole = { t: 'x', count: 3, share: 0.5, done: true, level: 'HIGH', tags: ['a'] };

describe('a checked answer', () => {
  it('has the upstream names of the type and leaves out what the hub fills in', () => {
    expect(shape.kind === 'object' && shape.properties.map(({ name }) => name)).toEqual([
      't',
      'count',
      'share',
      'done',
      'level',
      'tags',
    ]);
  });

  it('keeps what fits, drops what nobody asked for and makes null of what may be missing', () => {
    expect(checkAnswer(shape, { ...whole, other: 1 })).toEqual({ ok: true, value: whole });
    const least = { t: 'x', share: 1, done: false, level: 'low-1' };
    expect(checkAnswer(shape, least)).toEqual({ ok: true, value: { ...least, count: null, tags: null } });
  });

  it.each([
    ['a missing field', { t: undefined }, 'answer.t is null'],
    ['a text for a number', { share: '0.5' }, 'answer.share is not a number'],
    ['a fraction for an Int', { count: 1.5 }, 'answer.count is not a 32-bit integer'],
    ['a number beyond an Int', { count: 3e9 }, 'answer.count is not a 32-bit integer'],
    ['a word for a boolean', { done: 'yes' }, 'answer.done is not a boolean'],
    ['an unknown label', { level: 'MEDIUM' }, 'answer.level is none of the allowed values'],
    ['a label that two differ from by case', { level: 'High' }, 'answer.level is none of the allowed values'],
    ['a null in a list', { tags: ['a', null] }, 'answer.tags.1 is null'],
    ['an object for a list', { tags: {} }, 'answer.tags is not a list'],
  ])('is none with %s', (_what, change, problem) => {
    expect(checkAnswer(shape, { ...whole, ...change })).toEqual({ ok: false, problem });
  });

  it('takes a label in another case where that leaves no doubt', () => {
    expect(checkAnswer(shape, { ...whole, level: ' LOW-1' })).toEqual({
      ok: true,
      value: { ...whole, level: 'low-1' },
    });
  });

  it('takes of a custom scalar what its parser takes', () => {
    const even = new GraphQLScalarType({
      name: 'Even',
      parseValue(value) {
        if (value !== '2') throw new Error('odd');
        return 2;
      },
    });
    const custom: AnswerShape = { kind: 'scalar', type: even, nullable: false };
    expect(checkAnswer(custom, '2')).toEqual({ ok: true, value: '2' });
    expect(checkAnswer(custom, '3')).toEqual({ ok: false, problem: 'answer is not a Even' });
  });

  it('reads only own properties', () => {
    const named: AnswerShape = {
      kind: 'object',
      nullable: false,
      properties: [{ name: 'constructor', shape: { kind: 'string', nullable: true } }],
    };
    expect(checkAnswer(named, {})).toEqual({ ok: true, value: { constructor: null } });
  });
});

describe('the schema of an answer', () => {
  it('is closed, requires everything, and lets null be what may be missing', () => {
    const { properties } = toBatchSchema(shape) as any;
    const { answer } = properties.answers.items.properties;
    expect(answer).toMatchObject({
      type: 'object',
      additionalProperties: false,
      required: ['t', 'count', 'share', 'done', 'level', 'tags'],
      properties: {
        t: { type: 'string', description: 'one line' },
        count: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
        level: { type: 'string', enum: ['low-1', 'HIGH', 'high'], description: 'low-1: not so urgent' },
        tags: { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'null' }] },
      },
    });
  });
});
