import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { configJsonSchema } from '../../../src/config/config-json-schema.ts';
import { fakeKinds } from '../../kit/kinds.ts';

const schema = z.fromJSONSchema(configJsonSchema(fakeKinds()));
const validate = (yaml: string): boolean => schema.safeParse(parse(yaml)).success;

describe('the JSON Schema of manifold.yaml', () => {
  it('accepts a configuration with variables in place of numbers, booleans and addresses', () => {
    const yaml = `
server: { port: "\${PORT:-4000}", graphiql: "\${UI}" }
sources:
  shop: { kind: rest, url: "\${SHOP_URL:-http://127.0.0.1}", timeoutMs: "\${MS}", retry: { attempts: 2 } }
  brain: { kind: ai, routes: { fast: [local/extractive] } }
`;
    expect(validate(yaml)).toBe(true);
  });

  it.each([
    'nam: x\nsources: { a: { kind: rest } }',
    'sources: { a: { kind: nope } }',
    'sources: { a: { kind: rest, timeoutMs: soon } }',
    'sources: { a: { kind: rest, timeoutMs: -1 } }',
    'sources: { a: { kind: rest, routes: {} } }',
    'sources: { 9a: { kind: rest } }',
  ])('refuses %j', (yaml) => {
    expect(validate(yaml)).toBe(false);
  });
});
