// Apollo Server as its documentation shows it: the standalone server, resolvers, DataLoader, axios.
import { Agent } from 'node:http';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import axios from 'axios';
import { createContext, resolvers, typeDefs } from './graph.mjs';

const client = axios.create({
  baseURL: process.env.UPSTREAM,
  httpAgent: new Agent({ keepAlive: true, maxSockets: 64 }),
  proxy: false,
});
const get = async (path) => (await client.get(path)).data;
await startStandaloneServer(new ApolloServer({ typeDefs, resolvers }), {
  listen: { port: Number(process.env.PORT), host: '127.0.0.1' },
  context: async () => createContext(get),
});
process.on('SIGTERM', () => process.exit(0));
