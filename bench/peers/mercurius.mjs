// Mercurius with its JIT, on Fastify, with undici.
import { fastify } from 'fastify';
import mercurius from 'mercurius';
import { Pool } from 'undici';
import { createContext, resolvers, typeDefs } from './graph.mjs';

const pool = new Pool(process.env.UPSTREAM, { connections: 64, pipelining: 1 });
const get = async (path) => (await pool.request({ method: 'GET', path })).body.json();
const server = fastify();
await server.register(mercurius, { schema: typeDefs, resolvers, context: () => createContext(get), jit: 1 });
await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
process.on('SIGTERM', () => process.exit(0));
