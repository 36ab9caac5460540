// The federated upstream: four subgraphs in a process of their own, and the supergraph of them for peers.
import { readFileSync, writeFileSync } from 'node:fs';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { BENCH, FIRST_PORT, WORK } from './places.ts';
import { start, type Running } from './processes.ts';

const PORT = FIRST_PORT + 1;
export const SUBGRAPHS = `http://127.0.0.1:${PORT}`;

export async function startSubgraphs(): Promise<Running> {
  const services = ['accounts', 'products', 'inventory', 'reviews'].map((name) => ({
    name,
    typeDefs: parse(readFileSync(`${BENCH}/federation/${name}.graphql`, 'utf8')),
    url: `${SUBGRAPHS}/${name}`,
  }));
  const composed = composeServices(services);
  if (composed.supergraphSdl === undefined) throw new Error(JSON.stringify(composed.errors));
  writeFileSync(`${WORK}/federation.graphql`, composed.supergraphSdl);
  const command = [process.execPath, `${BENCH}/federation/subgraphs.ts`] as const;
  return start({ command, env: { PORT: String(PORT) } }, async () => (await fetch(`${SUBGRAPHS}/calls`)).ok);
}

/** Requests that the subgraphs have had so far. */
export async function countSubgraphCalls(): Promise<number> {
  return Number(await (await fetch(`${SUBGRAPHS}/calls`)).text());
}
