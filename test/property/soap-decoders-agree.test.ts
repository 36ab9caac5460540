// The compiled decoder of SOAP answers and the one that walks a tree are two implementations of one rule.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ComplexType, Field, ValueType } from '../../src/import/wsdl/xsd-model.ts';
import { ANY } from '../../src/import/wsdl/xsd-model.ts';
import { builtinType } from '../../src/import/wsdl/xsd-builtins.ts';
import type { Message } from '../../src/import/wsdl/wsdl-model.ts';
import { decodeBody } from '../../src/subgraphs/soap/decode-body.ts';
import { decodeMessage } from '../../src/subgraphs/soap/decode-message.ts';
import { readEnvelope } from '../../src/subgraphs/soap/read-envelope.ts';
import { scanTree } from '../../src/subgraphs/soap/scan-tree.ts';
import { createUpstreamResponse } from '../../src/transport/upstream-response.ts';

const ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/';
const NAMES = ['a', 'b', 'c', 'd'];

const simple = fc
  .constantFrom('string', 'token', 'int', 'long', 'decimal', 'boolean', 'double', 'dateTime')
  .map((name): ValueType => builtinType(name) ?? ANY);

const valueType: fc.Memo<ValueType> = fc.memo((depth) =>
  depth <= 1 ? fc.oneof(simple, fc.constant(ANY)) : fc.oneof(simple, fc.constant(ANY), complex(depth)),
);

function fieldOf(local: string, type: ValueType, more: Partial<Field>): Field {
  const rest = { list: false, required: false, nillable: true, documentation: undefined };
  return { role: 'element', raw: local, local, uri: '', type, ...rest, ...more };
}

const complex = fc.memo((depth) =>
  fc
    .record({
      elements: fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), valueType(depth - 1), fc.boolean()), {
        selector: ([name]) => name,
        maxLength: 4,
      }),
      uri: fc.constantFrom('', 'urn:x'),
      attribute: fc.option(fc.tuple(simple, fc.option(fc.constant('1'))), { nil: undefined }),
      text: fc.boolean(),
      wildcard: fc.constantFrom('none', 'one', 'many'),
    })
    .map(({ elements, uri, attribute, text, wildcard }): ComplexType => {
      const fields = elements.map(([local, type, list]) => fieldOf(local, type, { uri, list, nillable: uri === '' }));
      if (attribute !== undefined) {
        const [type, fallback] = attribute;
        fields.push(fieldOf('k', type, { role: 'attribute', raw: '@k', ...(fallback === null ? {} : { fallback }) }));
      }
      if (text) fields.push(fieldOf('', builtinType('string') ?? ANY, { role: 'text', raw: '$value' }));
      if (wildcard !== 'none')
        fields.push(fieldOf('', ANY, { role: 'wildcard', raw: '$any', list: wildcard === 'many' }));
      const rest = { name: undefined, documentation: undefined, base: undefined, abstract: false, derived: [] };
      return { kind: 'complex', id: 'x', suggestedName: 'X', fields, ...rest };
    }),
);

const text = fc.constantFrom(
  '',
  ' ',
  '1',
  ' 42 ',
  'true',
  '1.50',
  'x &amp; y',
  '<![CDATA[<z>]]>',
  '2026-01-01T00:00:00Z',
  '&#65;',
  '<!-- c -->7',
);
const attributes = fc.constantFrom(
  '',
  ' k="1"',
  " k='x'",
  ' xsi:nil="true"',
  ' other="o"',
  ' xsi:type="xsd:int"',
  ' xmlns="urn:x"',
  ' xmlns:p="urn:y" p:k="2"',
);
const xml: fc.Memo<string> = fc.memo((depth) =>
  depth <= 1
    ? text
    : fc
        .array(
          fc.oneof(
            text,
            fc
              .tuple(fc.constantFrom(...NAMES, 'x:a', 'x:b', 'other'), attributes, xml(depth - 1))
              .map(([name, attrs, content]) => `<${name}${attrs}>${content}</${name}>`),
            fc.constantFrom('<a/>', '<b />', '<?pi x?>', '\r\n'),
          ),
          { maxLength: 5 },
        )
        .map((parts) => parts.join('')),
);

const outcome = (work: () => unknown): unknown => {
  try {
    return JSON.parse(JSON.stringify(work())) as unknown;
  } catch (error) {
    return { thrown: (error as Error).name };
  }
};

describe('the compiled decoder', () => {
  it('reads what the decoder that walks a tree reads, and refuses what that refuses', () => {
    const context = { typeNamed: () => undefined };
    fc.assert(
      fc.property(complex(3), xml(4), fc.constantFrom('wrapped', 'bare'), (type, content, shape) => {
        const message: Message = {
          shape: shape,
          encoded: false,
          wrapper: shape === 'wrapped' ? { uri: '', local: 'wrapper' } : undefined,
          type,
          headers: [],
        };
        const inner = shape === 'wrapped' ? `<wrapper>${content}</wrapper>` : content;
        const body =
          `<e:Envelope xmlns:e="${ENVELOPE}" xmlns:x="urn:x" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ` +
          `xmlns:xsd="http://www.w3.org/2001/XMLSchema"><e:Body>${inner}</e:Body></e:Envelope>`;
        const read = () => {
          const envelope = readEnvelope(createUpstreamResponse(200, {}, Buffer.from(body)));
          if (envelope.kind !== 'body') throw new Error(envelope.kind);
          return envelope;
        };
        const compiled = outcome(() => decodeBody(read(), message, context));
        const walked = outcome(() => {
          const { scanner, start } = read();
          scanner.reset(start);
          return decodeMessage(message, scanTree(scanner), context);
        });
        expect(compiled).toEqual(walked);
      }),
      { numRuns: 2_000 },
    );
  });
});
