// Links, webhooks, callbacks, servers of single operations, and subtypes.
import { describe, expect, it } from '@jest/globals';
import { answers, api, importText, json, ref, sdlOf } from './sdl-of.ts';

const user = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    team_id: { type: 'string' },
    name: { type: 'string' },
    in: { type: 'object', properties: { team: { type: 'string' } } },
  },
};
const team = { type: 'object', properties: { id: { type: 'string' } } };
const path = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } });
const query = (name: string, more = {}) => ({ name, in: 'query', schema: { type: 'string' }, ...more });

function linked(links: object): object {
  return api(
    {
      '/users/{id}': {
        get: {
          operationId: 'getUser',
          parameters: [path('id')],
          responses: { 200: { description: 'ok', ...json(ref('User')), links } },
        },
      },
      '/teams/{teamId}': {
        get: { operationId: 'getTeam', parameters: [path('teamId')], responses: answers(ref('Team')) },
      },
      '/posts': {
        get: {
          operationId: 'listPosts',
          parameters: [query('author', { required: true }), query('sort')],
          responses: answers({ type: 'array', items: { type: 'string' } }),
        },
      },
      '/mail': { post: { operationId: 'send', responses: { 204: { description: 'sent' } } } },
    },
    { components: { schemas: { User: user, Team: team } } },
  );
}

describe('links', () => {
  it('to a lookup are stubs, so that many of them are one batch', async () => {
    const sdl = await sdlOf(
      linked({ team: { operationId: 'getTeam', parameters: { teamId: '$response.body#/team_id' } } }),
    );
    expect(sdl).toContain('team: Team @derive(from: "{ id: team_id }")');
  });

  it('to other reads are calls with values of the answer and constants', async () => {
    const parameters = { 'query.author': '$response.body#/id', sort: 'new first' };
    const sdl = await sdlOf(linked({ posts: { operationRef: '#/paths/~1posts/get', parameters } }));
    expect(sdl).toContain('posts: [String!] @rest(get: "/posts?author={id}&sort=new%20first")');
  });

  it('write half of a character in a constant as the sign for it', async () => {
    const parameters = { author: '\ud800' };
    const sdl = await sdlOf(linked({ posts: { operationId: 'listPosts', parameters } }));
    expect(sdl).toContain('@rest(get: "/posts?author=%EF%BF%BD")');
  });

  it('lead on from each member of a union that has what they want', async () => {
    const document = linked({ team: { operationId: 'getTeam', parameters: { teamId: '$response.body#/team_id' } } });
    const text = JSON.stringify(document).replace(
      JSON.stringify(json(ref('User'))).slice(1, -1),
      JSON.stringify(json({ oneOf: [ref('User'), ref('Team')] })).slice(1, -1),
    );
    const { sdl, report } = await importText(text);
    expect(sdl.match(/team: Team @derive/g)).toHaveLength(1);
    expect(report.notes).toEqual([]);
  });

  it('name their operation by its place, percent-encoded or not', async () => {
    const parameters = { teamId: '$response.body#/team_id' };
    for (const operationRef of ['#/paths/~1teams~1%7BteamId%7D/get', '#/paths/~1teams~1{teamId}/get'])
      expect(await sdlOf(linked({ team: { operationRef, parameters } }))).toContain('team: Team @derive(');
  });

  it('may lead on from inside the answer, and hold values between texts', async () => {
    const sdl = await sdlOf(
      linked({
        inner: { operationId: 'getTeam', parameters: { teamId: '$response.body#/in/team' } },
        mine: { operationId: 'listPosts', parameters: { author: 'by {$response.body#/id} now' } },
      }),
    );
    expect(sdl).toContain('inner: Team @derive(from: "{ id: in.team }")');
    expect(sdl).toContain('mine: [String!] @rest(get: "/posts?author=by%20{id}%20now")');
  });

  it('take what was asked for from the answer, where it is there', async () => {
    const sdl = await sdlOf(linked({ name: { operationId: 'listPosts', parameters: { author: '$request.path.id' } } }));
    expect(sdl).toContain('nameLink: [String!] @rest(get: "/posts?author={id}")');
  });

  it.each([
    ['nowhere', { operationId: 'none' }, 'is not there'],
    ['mail', { operationId: 'send' }, 'changes something'],
    ['file', { operationRef: './other.yaml#/paths/~1posts/get' }, 'is not there'],
    ['server', { operationId: 'getTeam', server: { url: 'https://b.example' } }, 'a server of its own'],
    [
      'body',
      { operationId: 'getTeam', parameters: { teamId: '$response.body#/id' }, requestBody: 'x' },
      'sends a body',
    ],
    ['deep', { operationId: 'listPosts', parameters: { author: '$response.body#/in/team' } }, 'too deep'],
    ['deep', { operationId: 'listPosts', parameters: { author: '$response.body#/in/none' } }, 'cannot be read'],
    ['posts', { operationId: 'listPosts' }, 'no value for the parameter "author"'],
    [
      'posts',
      { operationId: 'listPosts', parameters: { author: '$response.header.X' } },
      'cannot be read from the answer',
    ],
  ])('that cannot be followed are a loss: %s', async (name, link, reason) => {
    const { report } = await importText(linked({ [name]: link }));
    expect(report.notes).toContainEqual({
      kind: 'loss',
      at: `#/paths/~1users~1{id}/get/responses/200/links/${name}`,
      message: expect.stringContaining(reason),
    });
    expect(report.withLoss).toBe(1);
  });
});

describe('what an upstream sends by itself', () => {
  it('becomes types: webhooks and callbacks', async () => {
    const event = { post: { summary: 'It is new.', requestBody: json(ref('User')), responses: {} } };
    const sdl = await sdlOf({
      ...api(
        {
          '/x': {
            post: {
              operationId: 'x',
              responses: { 204: {} },
              callbacks: { onData: { '{$request.query.url}': event } },
            },
          },
        },
        { components: { schemas: { User: user } } },
      ),
      openapi: '3.1.0',
      webhooks: {
        newUser: event,
        'user.gone': { post: { requestBody: json({ type: 'object', properties: { id: { type: 'integer' } } }) } },
      },
    });
    expect(sdl).toContain('type NewUserEvent @event(name: "newUser") { body: User }');
    expect(sdl).toContain('type UserGoneEvent @event(name: "user.gone") { body: UserGoneBody }');
    expect(sdl).toContain('type OnDataEvent @event(name: "onData") { body: User }');
  });

  it('is all that a description may have', async () => {
    const webhooks = { ping: { post: { requestBody: json({ type: 'string' }) } } };
    const { sdl, report } = await importText({ openapi: '3.1.0', info: { title: 'T', version: '1' }, webhooks });
    expect(report.operations).toBe(0);
    expect(sdl).toContain('type PingEvent @event(name: "ping") {\n  body: String\n}');
  });
});

describe('servers', () => {
  const get = (operationId: string, more = {}) => ({
    get: { operationId, responses: answers({ type: 'string' }), ...more },
  });

  it('of single operations are called while the source is where the description has it', async () => {
    const own = {
      servers: [{ url: 'https://{region}.files.example.com/v1/', variables: { region: { default: 'eu' } } }],
    };
    const { sdl, serverUrl } = await importText(
      api(
        { '/a': get('a', own), '/b': { ...get('b'), ...own }, '/c': get('c') },
        { servers: [{ url: 'https://api.example.com/v1' }] },
      ),
    );
    expect(serverUrl).toBe('https://api.example.com/v1');
    const directive = 'server: "https://eu.files.example.com/v1", serverOf: "https://api.example.com/v1"';
    expect(sdl).toContain(`a: String @rest(get: "/a", ${directive})`);
    expect(sdl).toContain(`b: String @rest(get: "/b", ${directive})`);
    expect(sdl).toContain('c: String @rest(get: "/c")');
  });

  it('without a host are where the first one of the description is', async () => {
    const own = { servers: [{ url: '/files' }] };
    const sdl = await sdlOf(api({ '/a': get('a', own) }, { servers: [{ url: 'https://api.example.com/v1' }] }));
    expect(sdl).toContain('server: "https://api.example.com/files", serverOf: "https://api.example.com/v1"');
  });
});

describe('a schema with a discriminator', () => {
  const schemas = {
    Pet: {
      type: 'object',
      required: ['kind'],
      discriminator: { propertyName: 'kind', mapping: { dog: '#/components/schemas/Dog' } },
      properties: { kind: { type: 'string' }, name: { type: 'string' } },
    },
    Cat: { allOf: [ref('Pet'), { type: 'object', properties: { meow: { type: 'string' } } }] },
    Dog: { allOf: [ref('Pet')], properties: { bark: { type: 'string' } } },
    Puppy: { allOf: [ref('Dog')], properties: { age: { type: 'integer' } } },
    Owner: { type: 'object', properties: { pet: { allOf: [ref('Pet')], description: 'Its pet.' } } },
  };
  const paths = {
    '/pets': { get: { operationId: 'pets', responses: answers({ type: 'array', items: ref('Pet') }) } },
    '/owners': { post: { operationId: 'own', requestBody: json(ref('Owner')), responses: answers(ref('Owner')) } },
  };

  it('is one of its subtypes, or itself', async () => {
    const sdl = await sdlOf(api(paths, { components: { schemas } }));
    expect(sdl).toContain(
      'union Pet @discriminator(property: "kind", mapping: ["dog=Dog", "Pet=PetBase"]) = Cat | Dog | Puppy | PetBase',
    );
    expect(sdl).toContain('type Cat { kind: String! name: String meow: String }');
    expect(sdl).toContain('type Puppy { kind: String! name: String bark: String age: Int }');
    expect(sdl).toContain('type PetBase { kind: String! name: String }');
    expect(sdl).toContain('pet: Pet');
    expect(sdl).toContain(
      'input PetInput @oneOf @shape(as: choice) { cat: CatInput dog: DogInput puppy: PuppyInput pet: PetBaseInput }',
    );
  });

  it('that is called an input keeps its name for the input', async () => {
    const renamed = JSON.parse(JSON.stringify({ paths, schemas }).replaceAll('Pet"', 'PetInput"'));
    const sdl = await sdlOf(api(renamed.paths, { components: { schemas: renamed.schemas } }));
    expect(sdl).toContain('union PetInputResult @discriminator');
    expect(sdl).toContain('input PetInput @oneOf');
  });
});
