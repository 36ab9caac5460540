// What is written of JSON without a parser is what JSON.stringify writes; memory grows with what is in it, and shrinks again.
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { PlanWriter } from '../../../src/subgraphs/local/plan-writer.ts';
import { BOOLEAN, FLOAT, ID, INT, LIST, NOWHERE, OBJECT, OTHER, TEXT } from '../../../src/transport/json-layout.ts';
import { tableOf, TextJoiner, writeJson, type Plan } from '../../../src/transport/json-memory.ts';

const head = (kind: number, before = '') => ({ kind, required: false, before });

jest.useFakeTimers();

/** A list of such values. */
function listOf(kind: number): Plan {
  const writer = new PlanWriter();
  return writer.finish(writer.node(head(LIST), writer.node(head(kind), 7)));
}

interface Written {
  readonly text: string | undefined;
  readonly holes: readonly (readonly number[])[];
}

function write(plan: Plan, text: string | Buffer): Written {
  const holes: number[][] = [];
  const bytes = Buffer.from(text);
  const written = writeJson(plan, bytes, 0, (...hole) => holes.push(hole));
  return { text: written?.toString(), holes };
}

describe('the end of the memory', () => {
  // First of all here, while there is little of it.
  it('is never written over, however deep a value is and wherever it ends', () => {
    const text = '['.repeat(400) + ']'.repeat(400);
    for (let length = 1_000; length < 140_000; length += 37) {
      const writer = new PlanWriter();
      let node = writer.node(head(TEXT), 0);
      for (let depth = 0; depth < 399; depth += 1) node = writer.node(head(LIST), node);
      const before = 'x'.repeat(length);
      const plan = writer.finish(writer.node(head(LIST, before), node));
      expect(write(plan, text).text === before + text).toBe(true);
    }
  });
});

describe('writing without a parser', () => {
  it.each([
    ['texts', TEXT, ['""', '"a"', '"é😀\u2028"', '"\\"\\\\\\b\\f\\n\\r\\t"', `"${'\\\\'.repeat(50)}"`, 'null']],
    ['whole numbers', INT, ['0', '7', '-7', '123456789', 'null']],
    ['numbers', FLOAT, ['0', '-1', '1.5', '-0.5', '123456.789', '0.123', '123456789012345']],
    ['truths', BOOLEAN, ['true', 'false', 'null']],
  ])('copies %s', (_, kind, values) => {
    expect(write(listOf(kind), `[ ${values.join(' , ')} ]`)).toEqual({ text: `[${values.join(',')}]`, holes: [] });
  });

  it('quotes the number of an ID', () => {
    expect(write(listOf(ID), '[1,"b",-3,0]').text).toBe('["1","b","-3","0"]');
  });

  it.each([
    ['escapes that are not written so', TEXT, ['"\\/"', '"\\u0041"', '"\\ud800"', `"${'a'.repeat(40)}\\u0001"`]],
    ['numbers of another type', INT, ['1.5', '1e3', '-0', '1234567890', '"1"', 'true', '{}', '[1]']],
    ['numbers that are written in another way', FLOAT, ['-0', '1.0', '1.50', '1e3', '0.01', '1234567890123456']],
    ['numbers that are no ID', ID, ['-0', '1.5', '1e3', 'true', '1234567890123456']],
    ['what is no text', TEXT, ['1', 'false', '{}']],
    ['whatever has to be looked at', OTHER, ['1', '"a"', 'true', '[]', '{"a":1}']],
  ])('leaves a hole for %s', (_, kind, values) => {
    const { text, holes } = write(listOf(kind), `[${values.join()}]`);
    expect(text).toBe(`[${','.repeat(values.length - 1)}]`);
    expect(holes.map(([at, id]) => [at, id])).toEqual(values.map((_value, i) => [i + 1, 7]));
  });

  it('copies a number only where JSON.stringify writes it so', () => {
    const digits = fc.stringMatching(/^-?(?:0|[1-9]\d{0,16})(?:\.\d{1,18})?(?:[eE][-+]?\d{1,2})?$/);
    const numbers = fc.oneof(digits, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String));
    fc.assert(
      fc.property(numbers, fc.constantFrom(FLOAT, INT), (number, kind) => {
        const { text, holes } = write(listOf(kind), `[${number}]`);
        if (holes.length === 0) expect(text).toBe(JSON.stringify([JSON.parse(number)]));
      }),
      { numRuns: 3_000 },
    );
  });

  it('copies a text only where JSON.stringify writes it so', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }).map((text) => JSON.stringify(text).slice(1, -1)),
      fc.constantFrom('\\/', '\\u0041', '\\\\', '\\"', '\\n', '\\ud83d'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const quoted = `"${pieces.join('')}"`;
        const { text, holes } = write(listOf(TEXT), `[${quoted}]`);
        if (holes.length === 0) expect(text).toBe(JSON.stringify([JSON.parse(quoted)]));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes the last property of a name, in any order, and knows names that begin alike apart', () => {
    const writer = new PlanWriter();
    const names = ['a', 'ab', 'a name that is long', 'a name that is longer', 'none'];
    const fields = names.map((name, i) => [i, writer.node(head(INT, `${i === 0 ? '' : ','}"${name}":`), 0)] as const);
    const plan = writer.finish(writer.object(head(OBJECT, 'x:'), names, fields));
    const asked = '{"ab":1,"a name that is longer":2,"a":3,"a name that is long":4,"b":5,"ab":6,"a name":7}';
    expect(write(plan, asked).text).toBe(
      'x:{"a":3,"ab":6,"a name that is long":4,"a name that is longer":2,"none":null}',
    );
    expect(write(plan, 'null').text).toBe('x:null');
    expect(write(plan, '[]').text).toBeUndefined();
  });

  it('reads a property of no value, and refuses null where something is required', () => {
    const writer = new PlanWriter();
    const word = writer.node(head(TEXT, 'no'), 0);
    const plan = writer.finish(writer.object({ ...head(OBJECT), required: true }, [], [[NOWHERE, word]]));
    expect(write(plan, 'null').text).toBeUndefined();
    expect(writeJson(plan, Buffer.from('{}'), NOWHERE, () => undefined)).toBeUndefined();
  });

  it('writes more than there was room for, with all its holes', () => {
    const writer = new PlanWriter();
    const long = 'x'.repeat(1_000);
    const names = Array.from({ length: 50 }, () => 'a');
    const fields = names.map(() => [0, writer.node(head(OTHER, long), 3)] as const);
    const plan = writer.finish(writer.node(head(LIST), writer.object(head(OBJECT), ['a'], fields)));
    const { text = '', holes } = write(plan, `[${Array.from({ length: 200 }, () => '{"a":1}').join()}]`);
    expect(text.length).toBe(200 * (50 * 1_000 + 3) + 1);
    expect(holes).toHaveLength(200 * 50);
    expect(
      holes.every(([at = 0], i) => text.slice(at - 1, at) === 'x' && (i === 0 || at > (holes[i - 1]?.[0] ?? 0))),
    ).toBe(true);
  });
});

describe('the memory', () => {
  it('has one text at a time, and reads one again that is asked for again', () => {
    const [one, other] = [Buffer.from('[1,2]'), Buffer.from('{"a":[true]}')];
    const table = Array.from(tableOf(one) ?? []);
    expect(tableOf(other)).toHaveLength(12);
    expect(Array.from(tableOf(one) ?? [])).toEqual(table);
    expect(tableOf(Buffer.from('[1,'))).toBeUndefined();
    expect(Array.from(tableOf(one) ?? [])).toEqual(table);
  });

  it('takes long texts, none that is too long, and gives the memory of long ones back', () => {
    const long = Buffer.from(`[${'1,'.repeat(4_000_000)}1]`);
    const table = tableOf(long);
    expect(table).toHaveLength(3 * 4_000_002);
    const large = table?.buffer.byteLength ?? 0;
    expect(large).toBeGreaterThan(50e6);
    expect(tableOf(Buffer.from(`"${'a'.repeat(33_554_432)}"`))).toBeUndefined();
    jest.advanceTimersByTime(9_000);
    expect(tableOf(Buffer.from('[1]'))?.buffer.byteLength).toBe(large);
    jest.advanceTimersByTime(2_000);
    expect(tableOf(Buffer.from('[1]'))?.buffer.byteLength).toBeLessThan(1e6);
    expect(write(listOf(INT), '[1,2]').text).toBe('[1,2]');
  });

  it('puts parts of texts together, however many', () => {
    const joiner = new TextJoiner();
    const [ab, c] = [joiner.add(Buffer.from('ab')), joiner.add(Buffer.from('c'.repeat(100_000)))];
    joiner.part(c, c + 100_000);
    for (let i = 0; i < 5_000; i += 1) {
      joiner.part(ab + 1, ab + 2);
      joiner.part(ab, ab);
      joiner.part(ab, ab + 2);
    }
    expect(joiner.finish().toString()).toBe('c'.repeat(100_000) + 'bab'.repeat(5_000));
    expect(new TextJoiner().finish()).toHaveLength(0);
  });
});
