import { defineConfig } from '@graphql-mesh/compose-cli';
import { loadOpenAPISubgraph } from '@omnigraph/openapi';

export const composeConfig = defineConfig({
  subgraphs: [
    {
      sourceHandler: loadOpenAPISubgraph('blog', {
        source: '../../hub/rest/openapi.json',
        endpoint: process.env.UPSTREAM ?? '',
      }),
    },
  ],
  additionalTypeDefs: /* GraphQL */ `
    extend type Post {
      user: User
        @resolveTo(
          sourceName: "blog"
          sourceTypeName: "Query"
          sourceFieldName: "usersByIds"
          requiredSelectionSet: "{ userId }"
          keyField: "userId"
          keysArg: "id"
        )
    }
    extend type Query {
      greet(v: Int): String!
    }
  `,
});
