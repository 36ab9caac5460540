import { describe, expect, it } from '@jest/globals';
import { prefersGraphqlResponse } from '../../../src/server/media-types.ts';

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
