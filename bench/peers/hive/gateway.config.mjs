import { defineConfig } from '@graphql-hive/gateway';

export const gatewayConfig = defineConfig({
  additionalResolvers: { Query: { greet: () => 'Hello World!' } },
  logging: false,
  landingPage: false,
  graphiql: false,
});
