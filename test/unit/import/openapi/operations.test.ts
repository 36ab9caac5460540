import { describe, expect, it } from '@jest/globals';
import { answers, api, importText, json, sdlOf } from './sdl-of.ts';

const done = { 204: { description: 'done' } };
const text = answers({ type: 'string' });
const query = (name: string, schema: object, more: object = {}) => ({ name, in: 'query', schema, ...more });
const path = (name: string, schema: object = { type: 'string' }) => ({ name, in: 'path', required: true, schema });

const getWith = (parameters: object[]): Promise<string> =>
  sdlOf(api({ '/a': { get: { operationId: 'a', parameters, responses: text } } }));

describe('names of root fields', () => {
  it.each([
    ['get', '/orders', 'orders'],
    ['get', '/orders/{id}', 'order'],
    ['post', '/orders', 'createOrder'],
    ['put', '/orders/{id}', 'updateOrder'],
    ['patch', '/orders/{id}', 'updateOrder'],
    ['delete', '/orders/{id}', 'deleteOrder'],
    ['get', '/api/v2/orders/{id}/line-items', 'orderLineItems'],
    ['get', '/orders/{id}/items/{item}', 'orderItem'],
    ['post', '/orders/{id}/items', 'createOrderItem'],
    ['post', '/orders/{id}/cancel', 'cancelOrder'],
    ['post', '/login', 'login'],
    ['get', '/categories/{id}.json', 'category'],
    ['get', '/', 'root'],
  ])('%s %s without an operationId is %s', async (method, url, name) => {
    const sdl = await sdlOf(api({ [url]: { [method]: { responses: text } } }));
    expect(sdl).toMatch(new RegExp(`type (?:Query|Mutation) \\{ ${name}[(:]`));
  });

  it('come from the operationId, made legal and unique', async () => {
    const sdl = await sdlOf(
      api({
        '/a': { get: { operationId: 'pets.list-all', responses: text } },
        '/b': { get: { operationId: 'PetsListAll', responses: text } },
        '/c': { get: { operationId: '3d', responses: text } },
        '/d': { get: { operationId: '__schema', responses: text } },
        '/e': { get: { operationId: '_entities', responses: text } },
      }),
    );
    for (const name of ['petsListAll:', 'petsListAll2:', '_3d:', 'schema:', 'entities:'])
      expect(sdl).toContain(` ${name}`);
  });

  it('tell PUT and PATCH of one path apart', async () => {
    const sdl = await sdlOf(api({ '/orders/{id}': { put: { responses: text }, patch: { responses: text } } }));
    expect(sdl).toMatch(/updateOrder\(.* patchOrder\(/);
  });
});

describe('paths', () => {
  it('have methods of their own, which may change something', async () => {
    const { sdl, report } = await importText({
      ...api({
        '/a': {
          additionalOperations: {
            COPY: { operationId: 'copy', parameters: [query('to', { type: 'string' })], responses: done },
            PURGE: { responses: done },
            'no method': { responses: done },
          },
        },
      }),
      openapi: '3.2.0',
    });
    expect(sdl).toContain('copy(to: String): Boolean @rest(post: "/a{?to}", method: "COPY")');
    expect(sdl).toContain('purgeA: Boolean @rest(post: "/a", method: "PURGE")');
    expect(report.notes.map(({ message }) => message)).toEqual(['"no method" is no method']);
  });

  it('may write their parameters as routers do', async () => {
    const sdl = await sdlOf(
      api({
        '/tasks/:id/at/:time': { get: { operationId: 'task', parameters: [path('id')], responses: text } },
        '/boxes/{id}/:id': { get: { operationId: 'box', parameters: [path('id')], responses: text } },
      }),
    );
    expect(sdl).toContain('task(id: ID!): String @rest(get: "/tasks/{id}/at/:time")');
    expect(sdl).toContain('box(id: ID!): String @rest(get: "/boxes/{id}/:id")');
  });

  it('may say more beside their reference', async () => {
    const sdl = await sdlOf({
      ...api({
        '/a': {
          $ref: '#/components/pathItems/shared',
          parameters: [query('own', { type: 'string' })],
          post: { operationId: 'own', responses: done },
        },
      }),
      openapi: '3.1.0',
      components: {
        pathItems: {
          shared: {
            parameters: [query('n', { type: 'integer' })],
            get: { operationId: 'shared', responses: text },
            post: { operationId: 'hidden', responses: done },
          },
        },
      },
    });
    expect(sdl).toContain('shared(own: String, n: Int): String @rest(get: "/a{?own,n}")');
    expect(sdl).toContain('own(own: String, n: Int): Boolean @rest(post: "/a{?own,n}")');
    expect(sdl).not.toContain('hidden');
  });

  it('name what an operationId without a letter does not', async () => {
    const operation = { operationId: '注文', responses: text };
    expect(await sdlOf(api({ '/orders/{id}': { get: operation } }))).toContain(' order(');
  });
});

describe('parameters', () => {
  it('stand in the URI Template under their upstream names', async () => {
    const sdl = await sdlOf(
      api({
        '/orders/{order-id}/x': {
          parameters: [path('order-id')],
          get: {
            operationId: 'a',
            parameters: [query('page[size]', { type: 'integer' }), query('expand', { type: 'string' })],
            responses: text,
          },
        },
      }),
    );
    expect(sdl).toContain(
      'a(orderId: ID! @map(name: "order-id"), pageSize: Int @map(name: "page[size]"), expand: String): String ' +
        '@rest(get: "/orders/{order%2Did}/x{?page%5Bsize%5D,expand}")',
    );
  });

  it('spread lists unless the description joins them', async () => {
    const list = { type: 'array', items: { type: 'string' } };
    const sdl = await sdlOf(
      api({
        '/a': {
          get: {
            operationId: 'a',
            parameters: [query('tag', list), query('sort', list, { explode: false })],
            responses: text,
          },
        },
      }),
    );
    expect(sdl).toContain('"/a{?tag*,sort}"');
  });

  it('of 2.0 follow collectionFormat', async () => {
    const list = (name: string, collectionFormat?: string) => ({
      name,
      in: 'query',
      type: 'array',
      items: { type: 'string' },
      collectionFormat,
    });
    const sdl = await sdlOf({
      swagger: '2.0',
      info: {},
      paths: {
        '/a': {
          get: {
            operationId: 'a',
            parameters: [list('csv'), list('multi', 'multi'), list('pipes', 'pipes')],
            responses: done,
          },
        },
      },
    });
    expect(sdl).toContain(
      'a(csv: [String!], multi: [String!], pipes: [String!] @serialize(style: pipe)): Boolean @rest(get: "/a{?csv,multi*,pipes}")',
    );
  });

  it('keep a deepObject together', async () => {
    const filter = { type: 'object', properties: { state: { type: 'string' }, age: { type: 'integer' } } };
    const sdl = await getWith([query('filter', filter, { style: 'deepObject' })]);
    expect(sdl).toContain('a(filter: AFilterInput @serialize(style: deepObject)): String @rest(get: "/a{?filter*}")');
    expect(sdl).toContain('input AFilterInput { state: String age: Int }');
  });

  it('continue a query that the path begins', async () => {
    const sdl = await sdlOf(
      api({ '/a?kind=x': { get: { parameters: [query('b', { type: 'string' })], responses: text } } }),
    );
    expect(sdl).toContain('"/a?kind=x{&b}"');
  });

  it('of headers become arguments that the header line uses', async () => {
    const header = (name: string) => ({ name, in: 'header', schema: { type: 'string' } });
    const sdl = await getWith([header('X-Request-Id'), header('Accept'), header('Authorization'), header('bad name')]);
    expect(sdl).toContain(
      'a(xRequestId: String): String @rest(get: "/a", headers: ["X-Request-Id: {xRequestId}", "accept: application/json"])',
    );
  });

  it('that carry the credential of the source are no arguments', async () => {
    const parameters = [query('api_key', { type: 'string' }), query('q', { type: 'string' })];
    const sdl = await sdlOf(
      api(
        { '/a': { get: { operationId: 'a', parameters, responses: text } } },
        { components: { securitySchemes: { key: { type: 'apiKey', in: 'query', name: 'api_key' } } } },
      ),
    );
    expect(sdl).toContain('a(q: String)');
  });

  it('of the path need no declaration, and those of the operation win over those of the path item', async () => {
    const document = api({
      '/a/{id}': {
        parameters: [query('n', { type: 'string' })],
        get: { operationId: 'a', parameters: [query('n', { type: 'integer' })], responses: text },
      },
    });
    expect(await sdlOf(document)).toContain('a(id: ID!, n: Int)');
  });

  it('with the same name in every place are arguments of their own', async () => {
    const places = ['query', 'header', 'cookie'].map((place) => ({
      name: 'id',
      in: place,
      schema: { type: 'string' },
    }));
    const sdl = await sdlOf(
      api({ '/a/{id}': { get: { operationId: 'a', parameters: [path('id'), ...places], responses: text } } }),
    );
    expect(sdl).toContain(
      'a(id: ID! @map(name: "idInPath"), id2: ID @map(name: "id"), id3: ID, id4: ID): String ' +
        '@rest(get: "/a/{idInPath}{?id}", headers: ["id: {id3}", "cookie: id={id4}"])',
    );
  });

  it('keep reserved characters where they may', async () => {
    const list = { type: 'array', items: { type: 'string' } };
    const sdl = await getWith([
      query('to', { type: 'string' }, { allowReserved: true }),
      query('tags', list, { allowReserved: true, explode: false }),
    ]);
    expect(sdl).toContain('to: String @serialize(style: explode, allowReserved: true)');
    expect(sdl).toContain('tags: [String!] @serialize(style: comma, allowReserved: true)');
    const folders = { ...path('folder'), allowReserved: true };
    expect(await sdlOf(api({ '/in/{folder}': { get: { parameters: [folders], responses: text } } }))).toContain(
      '@rest(get: "/in/{+folder}")',
    );
  });

  it('of a content type are JSON, texts, or left out', async () => {
    const thing = { type: 'object', properties: { a: { type: 'string' } } };
    const content = (name: string, type: string, schema: object) => ({
      name,
      in: 'query',
      content: { [type]: { schema } },
    });
    const parameters = [
      content('json', 'application/vnd.api+json', thing),
      content('text', 'text/plain', { type: 'string' }),
      content('xml', 'application/xml', thing),
    ];
    const { sdl, report } = await importText(api({ '/a': { get: { operationId: 'a', parameters, responses: text } } }));
    expect(sdl).toContain('a(json: AJsonInput @serialize(style: json), text: String): String');
    expect(report.notes).toEqual([
      {
        kind: 'loss',
        at: '#/paths/~1a/get/parameters/2',
        message: 'this parameter was left out: values of application/xml are not expressed',
      },
    ]);
  });

  it('that are the whole query are its parameters where it is a form, else one argument', async () => {
    const whole = (type: string, schema: object) =>
      getWith([{ name: 'q', in: 'querystring', content: { [type]: { schema } } }]);
    const thing = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'integer' } } };
    expect(await whole('application/x-www-form-urlencoded', thing)).toContain(
      'a(a: String, b: Int): String @rest(get: "/a{?a,b}")',
    );
    expect(await whole('application/json', thing)).toContain(
      'a(q: AQInput @serialize(style: json)): String @rest(get: "/a?{q}")',
    );
    expect(await whole('application/jsonpath', { type: 'string' })).toContain(
      'a(q: String): String @rest(get: "/a?{q}")',
    );
  });

  it('in cookies become a cookie each where the description says so', async () => {
    const cookie = (name: string, more: object) => ({ name, in: 'cookie', ...more });
    const object = { type: 'object', properties: { a: { type: 'string' } } };
    const sdl = await getWith([
      cookie('o', { schema: object }),
      cookie('p', { schema: object, explode: false }),
      cookie('l', { schema: { type: 'array', items: { type: 'string' } }, style: 'cookie' }),
    ]);
    expect(sdl).toContain('o: AOInput @serialize(style: explode), p: APInput, l: [String!] @serialize(style: explode)');
  });

  it('without a name, and those of a fragment, which no request carries, are left out', async () => {
    const parameter = (name: string, place: string): object => ({ name, in: place, schema: { type: 'string' } });
    const parameters = [parameter('', 'query'), parameter('part', 'path'), parameter('id', 'path')];
    const get = { operationId: 'a', parameters, responses: answers({ type: 'string' }) };
    const { sdl, report } = await importText(api({ '/a/{id}#/{part}': { get } }));
    expect(sdl).toContain('a(id: ID!): String @rest(get: "/a/{id}")');
    expect(report.notes.map(({ message }) => message)).toEqual([
      'this parameter was left out: it has no name or no place ("in")',
      'the path has no place for the parameter "part"',
    ]);
  });

  it('are filled in where they have a default', async () => {
    const sdl = await getWith([
      query('n', { type: 'integer', default: 3 }, { required: true }),
      query('m', { type: 'integer' }, { required: true }),
    ]);
    expect(sdl).toContain('a(n: Int = 3, m: Int!)');
  });
});

describe('bodies', () => {
  const order = {
    type: 'object',
    required: ['sku'],
    properties: { sku: { type: 'string' }, n: { type: 'integer', default: 1 } },
  };
  const post = (requestBody: object, more: object = {}) =>
    api({ '/orders': { post: { requestBody, responses: done, ...more } } });

  it('of JSON are the argument input', async () => {
    const sdl = await sdlOf(post({ required: true, ...json(order) }));
    expect(sdl).toContain('createOrder(input: CreateOrderInput!): Boolean @rest(post: "/orders")');
    expect(sdl).toContain('input CreateOrderInput { sku: String! n: Int }');
  });

  it('of forms say so, in 3.x and in 2.0', async () => {
    const form = { content: { 'application/x-www-form-urlencoded': { schema: order } } };
    expect(await sdlOf(post(form))).toContain(
      '(input: CreateOrderInput): Boolean @rest(post: "/orders", encoding: form)',
    );
    const field = (name: string, required: boolean) => ({ name, in: 'formData', type: 'string', required });
    const two = await sdlOf({
      swagger: '2.0',
      info: {},
      paths: { '/orders': { post: { parameters: [field('a', true), field('b', false)], responses: done } } },
    });
    expect(two).toContain('(input: CreateOrderInput!): Boolean @rest(post: "/orders", encoding: form)');
    expect(two).toContain('input CreateOrderInput { a: String! b: String }');
  });

  it('are taken as 3.x writes them in 2.0 as well', async () => {
    const two = await sdlOf({
      swagger: '2.0',
      info: {},
      paths: { '/orders': { post: { requestBody: { required: true, ...json(order) }, responses: done } } },
    });
    expect(two).toContain('(input: CreateOrderInput!): Boolean @rest(post: "/orders")');
  });

  it('are in 2.0 what a parameter for their header says', async () => {
    const header = { name: 'Content-type', in: 'header', type: 'string', enum: ['application/x-tar'] };
    const body = { name: 'archive', in: 'body', schema: { type: 'string', format: 'binary' } };
    const sdl = await sdlOf({
      swagger: '2.0',
      info: { title: 'T', version: '1' },
      consumes: ['application/octet-stream'],
      paths: { '/a': { post: { operationId: 'send', parameters: [body, header], responses: done } } },
    });
    expect(sdl).toContain(
      'send(input: Upload): Boolean @rest(post: "/a", encoding: binary, headers: ["content-type: application/x-tar"])',
    );
  });

  it('of forms in 2.0 write lists in their collection format, which is commas', async () => {
    const list = (name: string, more: object): object => ({
      ...{ name, in: 'formData', type: 'array', items: { type: 'string' } },
      ...more,
    });
    const parameters = [
      list('plain', {}),
      list('pipes', { collectionFormat: 'pipes' }),
      list('many', { collectionFormat: 'multi' }),
    ];
    const sdl = await sdlOf({
      swagger: '2.0',
      info: { title: 'T', version: '1' },
      paths: { '/a': { post: { operationId: 'send', parameters, responses: { 204: { description: 'x' } } } } },
    });
    expect(sdl).toContain(
      'input SendInput { plain: [String!] @serialize(style: comma) pipes: [String!] @serialize(style: pipe) ' +
        'many: [String!] }',
    );
  });

  it('of reads are sent: of GET where one is described, of QUERY as of POST', async () => {
    const { sdl, report } = await importText({
      ...api({
        '/orders': {
          get: { operationId: 'find', requestBody: json(order), responses: text },
          head: { operationId: 'has', requestBody: json(order), responses: done },
          query: { operationId: 'search', requestBody: { required: true, ...json(order) }, responses: text },
        },
      }),
      openapi: '3.2.0',
    });
    expect(sdl).toMatch(/type Query \{[^}]*find\(input: \w+\): String @rest\(get: "\/orders", body: "input"\)/);
    expect(sdl).toMatch(/search\(input: \w+!\): String @rest\(query: "\/orders"\)/);
    expect(sdl).toContain('has: Boolean @rest(head: "/orders")');
    expect(report.notes.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
      'loss: the body was left out: HEAD has none that means anything',
    ]);
  });

  it('of special JSON types send their own content type', async () => {
    const patch = { content: { 'application/merge-patch+json': { schema: order } } };
    expect(await sdlOf(post(patch))).toContain('headers: ["content-type: application/merge-patch+json"]');
  });

  it('make room for a parameter that is called input', async () => {
    const sdl = await sdlOf(post(json(order), { parameters: [query('input', { type: 'string' })] }));
    expect(sdl).toContain(
      '(input: String, body: CreateOrderInput): Boolean @rest(post: "/orders{?input}", body: "body")',
    );
  });

  const uploading = (content: object) =>
    sdlOf(api({ '/a': { post: { operationId: 'a', requestBody: { required: true, content }, responses: done } } }));

  it('of multipart forms have files for what is binary, and say how parts are written', async () => {
    const binary = { type: 'string', format: 'binary' };
    const schema = {
      type: 'object',
      required: ['file'],
      properties: {
        file: binary,
        more: { type: 'array', items: binary },
        tags: { type: 'array', items: { type: 'string' } },
        logo: { type: 'string' },
      },
    };
    const encoding = { tags: { style: 'pipeDelimited', explode: false }, logo: { contentType: 'image/png' } };
    const sdl = await uploading({ 'multipart/form-data': { schema, encoding } });
    expect(sdl).toContain('a(input: AInput!): Boolean @rest(post: "/a", encoding: multipart)');
    expect(sdl).toContain(
      'input AInput { file: Upload! more: [Upload!] tags: [String!] @serialize(style: pipe) ' +
        'logo: Upload @serialize(style: explode, contentType: "image/png") }',
    );
  });

  it('of multipart forms that are described as one file are that file', async () => {
    const schema = { type: 'string', format: 'binary' };
    const sdl = await uploading({ 'multipart/form-data': { schema } });
    expect(sdl).toContain('a(input: Upload!): Boolean @rest(post: "/a", encoding: multipart)');
  });

  it('of forms without files are urlencoded where they may be', async () => {
    const schema = { type: 'object', properties: { to: { type: 'object', properties: { city: { type: 'string' } } } } };
    const form = { schema, encoding: { to: { style: 'deepObject' } } };
    const sdl = await uploading({ 'multipart/form-data': { schema }, 'application/x-www-form-urlencoded': form });
    expect(sdl).toContain('@rest(post: "/a", encoding: form)');
    expect(sdl).toContain('to: AToInput @serialize(style: deepObject)');
    const spread = { schema, encoding: { to: { style: 'form', explode: true } } };
    expect(await uploading({ 'application/x-www-form-urlencoded': spread })).toContain('@serialize(style: explode)');
  });

  it('of multipart forms have a field for each header of a part', async () => {
    const file = { type: 'string', format: 'binary' };
    const schema = { type: 'object', required: ['file'], properties: { file, note: { type: 'string' } } };
    const headers = {
      'X-Limit': { schema: { type: 'integer' }, description: 'How often.' },
      'X-Owner': { required: true, schema: { type: 'string' } },
      'Content-Type': { schema: { type: 'string' } },
      'not a name': {},
    };
    const encoding = { file: { headers }, note: { headers: { 'X-Plain': {} } }, other: { headers } };
    expect(await uploading({ 'multipart/form-data': { schema, encoding } })).toContain(
      'input AInput { file: Upload! note: String fileXLimit: Int @partHeader(of: "file", name: "X-Limit") ' +
        'fileXOwner: String! @partHeader(of: "file", name: "X-Owner") ' +
        'noteXPlain: String @partHeader(of: "note", name: "X-Plain") }',
    );
  });

  it('of bytes are files', async () => {
    expect(await uploading({ 'application/octet-stream': {} })).toContain(
      'a(input: Upload!): Boolean @rest(post: "/a", encoding: binary, headers: ["content-type: application/octet-stream"])',
    );
    expect(await uploading({ 'image/png': { schema: { type: 'string', format: 'binary' } } })).toContain(
      'a(input: Upload!): Boolean @rest(post: "/a", encoding: binary, headers: ["content-type: image/png"])',
    );
  });

  it('of multipart that is no form say which kind it is, and parts may be XML', async () => {
    const thing = { type: 'object', properties: { n: { type: 'integer', xml: { attribute: true } } } };
    const schema = { type: 'object', properties: { meta: thing, file: { type: 'string', format: 'binary' } } };
    const encoding = { meta: { contentType: 'application/xml' } };
    const sdl = await uploading({ 'multipart/related': { schema, encoding } });
    expect(sdl).toContain('@rest(post: "/a", encoding: multipart, headers: ["content-type: multipart/related"])');
    expect(sdl).toContain('meta: AMetaInput @serialize(style: explode, contentType: "application/xml")');
    expect(sdl).toContain('n: Int @xml(attribute: true)');
  });

  it('of YAML are JSON, which is YAML', async () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } };
    expect(await uploading({ 'application/yaml': { schema } })).toContain(
      'a(input: AInput!): Boolean @rest(post: "/a", headers: ["content-type: application/yaml"])',
    );
  });

  it('of lines are lists', async () => {
    expect(await uploading({ 'application/x-ndjson': { itemSchema: { type: 'integer' } } })).toContain(
      'a(input: [Int!]!): Boolean @rest(post: "/a", encoding: ndjson',
    );
  });

  it('of XML have a root and say how fields stand in it', async () => {
    const pet = {
      type: 'object',
      xml: { name: 'pet', namespace: 'urn:pets' },
      properties: {
        id: { type: 'integer', xml: { attribute: true } },
        name: { type: 'string', xml: { name: 'label' } },
        tags: {
          type: 'array',
          xml: { name: 'tagList', wrapped: true },
          items: { type: 'string', xml: { name: 'tag' } },
        },
        sizes: { type: 'array', xml: { wrapped: true }, items: { type: 'integer' } },
        lines: { type: 'array', xml: { nodeType: 'element' }, items: { type: 'integer', xml: { name: 'line' } } },
        size: { type: 'string', xml: { prefix: 's', namespace: 'urn:sizes' } },
        unit: { type: 'string', xml: { attribute: true, prefix: 's', namespace: 'urn:sizes' } },
      },
    };
    const sdl = await uploading({ 'application/xml': { schema: pet } });
    expect(sdl).toContain(
      '@rest(post: "/a", encoding: xml, root: "pet xmlns=\\"urn:pets\\"", headers: ["content-type: application/xml"])',
    );
    expect(sdl).toContain('id: Int @xml(attribute: true)');
    expect(sdl).toContain('name: String @xml(name: "label")');
    expect(sdl).toContain('tags: [String!] @xml(name: "tagList", item: "tag")');
    expect(sdl).toContain('sizes: [Int!] @xml(item: "sizes") lines: [Int!] @xml(item: "line")');
    expect(sdl).toContain('size: String @xml(name: "s:size xmlns:s=\\"urn:sizes\\"")');
    expect(sdl).toContain('unit: String @xml(name: "s:unit xmlns:s=\\"urn:sizes\\"", attribute: true)');
    const pets = { type: 'array', xml: { name: 'pets', wrapped: true }, items: pet };
    expect(await uploading({ 'application/xml': { schema: pets } })).toContain(
      'encoding: xml, root: "pets/pet xmlns=\\"urn:pets\\""',
    );
  });
});

describe('answers', () => {
  const get = (responses: object) => sdlOf(api({ '/a': { get: { operationId: 'a', responses } } }));

  it('are the first success that has JSON', async () => {
    const sdl = await get({
      500: { description: 'no', ...json({ type: 'boolean' }) },
      202: { description: 'later' },
      201: { description: 'ok', content: { 'application/hal+json; charset=utf-8': { schema: { type: 'integer' } } } },
    });
    expect(sdl).toContain('a: Int @rest');
  });

  it('are those of default only where no success is described', async () => {
    const error = { description: 'error', ...json({ type: 'boolean' }) };
    expect(await get({ default: error })).toContain('a: Boolean @rest');
    expect(await get({ 200: { description: 'ok' }, default: error })).toContain('a: JSON @rest');
  });

  it('without a body are a Boolean, texts a String', async () => {
    expect(await get(done)).toContain('a: Boolean @rest');
    expect(await get({ 200: { description: 'ok', content: { 'text/plain': {} } } })).toContain('a: String @rest');
  });

  it.each([
    ['image/png', {}, 'a: Byte @rest(get: "/a", headers: ["accept: image/png"])'],
    ['text/html', {}, 'a: String @rest(get: "/a", answer: text, headers: ["accept: text/html"])'],
    [
      'application/xml',
      { type: 'string' },
      'a: String @rest(get: "/a", answer: text, headers: ["accept: application/xml"])',
    ],
    [
      'application/xml',
      { type: 'object', properties: { id: { type: 'integer' } } },
      'a: AResult @rest(get: "/a", headers: ["accept: application/xml"])',
    ],
    [
      'application/x-ndjson',
      { type: 'integer' },
      'a: [Int!] @rest(get: "/a", headers: ["accept: application/x-ndjson"])',
    ],
  ])('of %s are read as what they are', async (type, schema, field) => {
    const media = Object.keys(schema).length === 0 ? {} : { schema };
    expect(await get({ 200: { description: 'ok', content: { [type]: media } } })).toContain(field);
  });

  it('that differ from success to success are one or the other', async () => {
    const one = (name: string) => json({ type: 'object', properties: { [name]: { type: 'string' } } });
    const sdl = await get({
      200: { description: 'ok', ...one('done') },
      202: { description: 'later', ...one('task') },
    });
    expect(sdl).toContain('a: AResult @rest');
    expect(sdl).toContain('union AResult = AResultOption1 | AResultOption2');
  });

  it('of plain text may be numbers; of YAML they are texts', async () => {
    const of = (type: string, schema: object) => get({ 200: { description: 'ok', content: { [type]: { schema } } } });
    expect(await of('text/plain', { type: 'integer' })).toContain(
      'a: Int @rest(get: "/a", headers: ["accept: text/plain"])',
    );
    expect(await of('application/yaml', {})).toContain('a: String @rest(get: "/a", answer: text');
  });

  it('of events are lists where the description says what one holds', async () => {
    const event = { type: 'object', properties: { data: { type: 'string' } } };
    const of = (media: object) => get({ 200: { description: 'ok', content: { 'text/event-stream': media } } });
    expect(await of({ itemSchema: event })).toContain(
      'a: [AItem!] @rest(get: "/a", headers: ["accept: text/event-stream"])',
    );
    expect(await of({ schema: { type: 'string' } })).toContain('a: String @rest(get: "/a", answer: text');
  });

  it('of XML with any keys are keys and values', async () => {
    const schema = { type: 'object', additionalProperties: { type: 'integer' } };
    expect(await get({ 200: { description: 'ok', content: { 'application/xml': { schema } } } })).toContain(
      'a: [AResultEntry!] @rest',
    );
  });

  it('carry deprecation and description of the operation', async () => {
    const { sdl } = await importText(
      api({
        '/a': {
          get: {
            summary: 'Short',
            description: 'Deprecated: use b.\r\nSay """hi"""\u0000',
            deprecated: true,
            responses: text,
          },
        },
      }),
    );
    expect(sdl).toContain('@deprecated(reason: "Deprecated: use b.")');
    expect(sdl).toContain('  Short\n\n  Deprecated: use b.\n  Say \\"""hi\\"""');
  });
});
