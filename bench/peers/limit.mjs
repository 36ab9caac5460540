// The limit: Node by hand, without GraphQL. Two undici calls, a join, JSON.stringify. SHARE=1 shares calls in flight.
import { Buffer } from 'node:buffer';
import http from 'node:http';
import { Pool } from 'undici';

const pool = new Pool(process.env.UPSTREAM, { connections: 64, pipelining: 1 });
const fetchJson = async (path) => await (await pool.request({ method: 'GET', path })).body.json();
const flights = new Map();
const shared = (path) => {
  let flight = flights.get(path);
  if (flight === undefined) {
    flight = fetchJson(path).finally(() => flights.delete(path));
    flights.set(path, flight);
  }
  return flight;
};
const get = process.env.SHARE === '1' ? shared : fetchJson;
const postsPath = ({ v }) => (v === undefined ? '/posts' : `/posts?v=${v}`);

async function posts(variables) {
  const all = await get(postsPath(variables));
  const ids = [...new Set(all.map((post) => post.userId))];
  const users = new Map((await get(`/users?${ids.map((id) => `id=${id}`).join('&')}`)).map((user) => [user.id, user]));
  return {
    posts: all.map(({ id, userId, title }) => {
      const user = users.get(userId);
      return { id, userId, title, user: user && { id: user.id, name: user.name, email: user.email } };
    }),
  };
}

const titles = async (variables) => ({ posts: (await get(postsPath(variables))).map(({ title }) => ({ title })) });
const articles = async () => ({
  articles: (await get('/articles')).map(({ id, title, body }) => ({ id, title, body })),
});
const greet = async () => ({ greet: 'Hello World!' });

const answer = (query) =>
  query.includes('user {') ? posts : query.includes('articles') ? articles : query.includes('posts') ? titles : greet;

http
  .createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const { query, variables = {} } = JSON.parse(Buffer.concat(chunks).toString());
      const text = JSON.stringify({ data: await answer(query)(variables) });
      response.writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(text),
      });
      response.end(text);
    });
  })
  .listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
