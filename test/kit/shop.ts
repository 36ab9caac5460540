// A source of one operation, as files: configuration and description. The upstream is the test's.
export const OPENAPI = {
  openapi: '3.0.3',
  info: { title: 'Shop', version: '1' },
  paths: {
    '/products/{id}': {
      get: {
        operationId: 'product',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: {
          200: {
            description: 'the product',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Product' } } },
          },
        },
      },
    },
  },
  components: {
    schemas: {
      Product: { type: 'object', required: ['id'], properties: { id: { type: 'string' }, name: { type: 'string' } } },
    },
  },
};

export const YAML = `name: test hub
sources:
  shop:
    kind: rest
    spec: ./shop.json
    url: \${SHOP_URL:-http://127.0.0.1:9}
    auth: { header: { name: x-api-key, value: "\${SHOP_KEY:-none}" } }
`;

export const SHOP_FILES = { 'manifold.yaml': YAML, 'shop.json': JSON.stringify(OPENAPI) };
