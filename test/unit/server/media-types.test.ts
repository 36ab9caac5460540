import { describe, expect, it } from '@jest/globals';
import { prefersEventStream, prefersGraphqlResponse } from '../../../src/server/media-types.ts';

describe('prefersGraphqlResponse', () => {
  it.each([
    'application/graphql-response+json',
    'application/graphql-response+json, application/json;q=0.9',
    'application/json; q=0.5 , application/graphql-response+json; charset=utf-8',
    'APPLICATION/GraphQL-Response+JSON',
    'text/html, application/graphql-response+json',
  ])('is true for %s', (accept) => {
    expect(prefersGraphqlResponse(accept)).toBe(true);
  });

  it.each([
    undefined,
    '',
    '*/*',
    'application/json',
    'application/json, application/graphql-response+json',
    'application/graphql-response+json;q=0, */*',
    'application/graphql-response+json;q=nonsense, application/json',
    'text/html',
    ';;,,==',
  ])('is false for %s', (accept) => {
    expect(prefersGraphqlResponse(accept)).toBe(false);
  });
});

describe('prefersEventStream', () => {
  it.each([
    ['text/event-stream', true],
    ['text/event-stream, multipart/mixed', true],
    ['text/event-stream, application/json', true],
    ['application/json;q=0.5, text/event-stream', true],
    ['application/graphql-response+json, application/json, text/event-stream, multipart/mixed', false],
    ['text/event-stream;q=0.5, */*', false],
    ['text/event-stream;q=0', false],
    ['*/*', false],
    [undefined, false],
  ])('for %s it is %s', (accept, expected) => {
    expect(prefersEventStream(accept)).toBe(expected);
  });
});
