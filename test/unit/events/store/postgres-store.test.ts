import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { Client } from 'pg';
import { createStoreEventLog } from '../../../../src/events/log/store-event-log.ts';
import { createPostgresStore } from '../../../../src/events/store/postgres-store.ts';
import { toStoreFault } from '../../../../src/events/store/store-fault.ts';
import { HubFault } from '../../../../src/faults/hub-fault.ts';
import { dropSchema, hasPostgres, POSTGRES_URL, testSchema } from '../../../kit/stores.ts';

const change = { source: 's', type: 'T', operation: 'UPDATED', key: { id: '1' } } as const;

((await hasPostgres()) ? describe : describe.skip)('the store in PostgreSQL', () => {
  it('lets many hubs make its tables at once', async () => {
    const schema = testSchema();
    const stores = Array.from({ length: 6 }, () =>
      createPostgresStore({ url: POSTGRES_URL, schema, maxConnections: 1 }),
    );
    await Promise.all(stores.map((store) => store.open()));
    const [events] = await Promise.all(
      stores.map((store) => createStoreEventLog({ store, maxEvents: 10 }).append([change])),
    );
    expect(events).toHaveLength(1);
    await Promise.all(stores.map((store) => store.close()));
    await dropSchema(schema);
  });

  it('goes on after its connections were cut', async () => {
    const schema = testSchema();
    const store = createPostgresStore({ url: POSTGRES_URL, schema, maxConnections: 2 });
    const log = createStoreEventLog({ store, maxEvents: 10 });
    await log.append([change]);
    const client = new Client({ connectionString: POSTGRES_URL });
    await client.connect();
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'manifold' and query like '%' || $1 || '%' and pid <> pg_backend_pid()`,
      [schema],
    );
    await client.end();
    // As many as there were connections may still find one that is gone.
    for (let time = 0; time < 2; time++) {
      await log
        .append([change])
        .catch((fault: unknown) => expect(fault).toMatchObject({ code: 'HUB_EVENT_STORE_UNAVAILABLE' }));
    }
    expect(await log.append([change])).toHaveLength(1);
    await store.close();
    await dropSchema(schema);
  });
});

((await hasPostgres()) ? describe : describe.skip)('a connection that breaks while it is in use', () => {
  it('fails its next statement, and does not end the process', async () => {
    const schema = testSchema();
    const store = createPostgresStore({ url: POSTGRES_URL, schema, maxConnections: 1 });
    const db = await store.open();
    const client = new Client({ connectionString: POSTGRES_URL });
    await client.connect();
    await db.connection().execute(async (held) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(held);
      await client.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
      await expect(sql`select 1`.execute(held)).rejects.toThrow();
    });
    await client.end();
    expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
    await store.close();
    await dropSchema(schema);
  });
});

describe('a database that cannot be reached', () => {
  it('is said to be unavailable, each time anew', async () => {
    const server = createServer((socket) => socket.destroy());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const store = createPostgresStore({ url: `postgres://user:hunter2@127.0.0.1:${port}/db`, schema: 'manifold' });
    const log = createStoreEventLog({ store, maxEvents: 10 });
    for (let time = 0; time < 2; time++) {
      const fault = await log.append([change]).catch((thrown: unknown) => thrown);
      expect(fault).toMatchObject({ code: 'HUB_EVENT_STORE_UNAVAILABLE', retryable: true });
      expect((fault as HubFault).message).not.toContain('hunter2');
    }
    await expect(log.read(undefined, 1)).rejects.toMatchObject({ code: 'HUB_EVENT_STORE_UNAVAILABLE' });
    await expect(log.tail()).rejects.toMatchObject({ code: 'HUB_EVENT_STORE_UNAVAILABLE' });
    await store.close();
    server.close();
  });
});

describe('what a database throws', () => {
  const withCode = (code: string) => Object.assign(new Error('why'), { code });

  it.each(['57P01', '57P03', '53100', '53300', '08006', '40001', '55P03', '25006', 'ECONNREFUSED', 'ETIMEDOUT'])(
    'is an outage with the code %s',
    (code) => {
      expect(toStoreFault(withCode(code))).toMatchObject({ code: 'HUB_EVENT_STORE_UNAVAILABLE', retryable: true });
    },
  );

  it('is an outage without any code: the client says so of its connection', () => {
    expect(toStoreFault(new Error('Connection terminated'))).toMatchObject({ code: 'HUB_EVENT_STORE_UNAVAILABLE' });
    expect(toStoreFault('odd')).toMatchObject({ code: 'HUB_EVENT_STORE_UNAVAILABLE' });
  });

  it.each(['22P05', '23505', '42P01', '42601', 'XX000'])("is the statement's own fault with the code %s", (code) => {
    expect(toStoreFault(withCode(code))).toMatchObject({ code: 'HUB_INTERNAL', retryable: false });
  });

  it('stays what it is where it is a fault', () => {
    const fault = new HubFault('HUB_CAPACITY_EXCEEDED', 'full');
    expect(toStoreFault(fault)).toBe(fault);
  });
});
