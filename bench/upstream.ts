// The REST upstream: nginx with files, so that it costs the machine as little as it can. It counts its requests itself.
import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { ARTICLES, POSTS, USERS } from './data.ts';
import { FIRST_PORT, WORK } from './places.ts';
import { start, type Running } from './processes.ts';

export const UPSTREAM = `http://127.0.0.1:${FIRST_PORT}`;

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** `/users?id=3` answers a list of one; several ids answer all ten, which is what a batch of Q1 asks for. */
const NGINX = `
user ${userInfo().username}; worker_processes 1; daemon off;
pid ${WORK}/nginx.pid; error_log ${WORK}/nginx.log error;
events { worker_connections 4096; multi_accept on; }
http {
  access_log off; sendfile on; tcp_nodelay on; etag off; server_tokens off;
  keepalive_requests 1000000000; keepalive_timeout 600s;
  open_file_cache max=100 inactive=10m; open_file_cache_valid 10m;
  default_type application/json;
  client_body_temp_path ${WORK}/t1; proxy_temp_path ${WORK}/t2; fastcgi_temp_path ${WORK}/t3;
  uwsgi_temp_path ${WORK}/t4; scgi_temp_path ${WORK}/t5;
  map $args $users { default /users.json; "~^id=(?<one>\\d+)$" /users/$one.json; }
  server {
    listen 127.0.0.1:${FIRST_PORT} backlog=4096; root ${WORK}/data;
    location = /posts { try_files /posts.json =404; }
    location = /articles { try_files /articles.json =404; }
    location = /users { try_files $users =404; }
    location = /status { stub_status; }
  }
}
`;

export async function startUpstream(): Promise<Running> {
  mkdirSync(`${WORK}/data/users`, { recursive: true });
  writeFileSync(`${WORK}/data/posts.json`, pretty(POSTS));
  writeFileSync(`${WORK}/data/articles.json`, pretty(ARTICLES));
  writeFileSync(`${WORK}/data/users.json`, pretty(USERS));
  for (const user of USERS) writeFileSync(`${WORK}/data/users/${user.id}.json`, pretty([user]));
  writeFileSync(`${WORK}/nginx.conf`, NGINX);
  return start(
    { command: ['nginx', '-c', `${WORK}/nginx.conf`], env: { PATH: `${process.env.PATH ?? ''}:/usr/sbin` } },
    async () => (await fetch(`${UPSTREAM}/posts`)).ok,
  );
}

/** Requests that it has had so far. */
export async function countCalls(): Promise<number> {
  const status = await (await fetch(`${UPSTREAM}/status`)).text();
  return Number(/^\s*\d+ \d+ (\d+)/m.exec(status)?.[1] ?? NaN);
}
