import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createStoreEventLog } from '../../../../src/events/log/store-event-log.ts';
import { createEmbeddedStore } from '../../../../src/events/store/embedded-store.ts';
import { temporaryFolder, type Folder } from '../../../kit/folder.ts';

const change = (id: string) => ({ source: 's', type: 'T', operation: 'UPDATED' as const, key: { id } });

describe('the embedded store', () => {
  let folder: Folder;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(async () => folder[Symbol.asyncDispose]());

  it('belongs to one hub at a time, before it is opened as after', async () => {
    const store = await createEmbeddedStore(`${folder.path}/locked`);
    await expect(createEmbeddedStore(`${folder.path}/locked`)).rejects.toMatchObject({
      code: 'HUB_CONFIG_STATE_IN_USE',
      message: expect.stringContaining('is in use by another hub'),
    });
    await store.close();
    await store.close();
    await (await createEmbeddedStore(`${folder.path}/locked`)).close();
  });

  it('says where it cannot write', async () => {
    await folder.write('file', '');
    await expect(createEmbeddedStore(`${folder.path}/file/.manifold`)).rejects.toMatchObject({
      code: 'HUB_CONFIG_INVALID',
      message: expect.stringContaining('cannot be written'),
    });
  });

  it('is free again when the process that held it was killed, and holds what that process had stored', async () => {
    const path = `${folder.path}/killed`;
    const script = `
      const { createEmbeddedStore } = await import(${JSON.stringify(new URL('../../../../src/events/store/embedded-store.ts', import.meta.url).href)});
      const { createStoreEventLog } = await import(${JSON.stringify(new URL('../../../../src/events/log/store-event-log.ts', import.meta.url).href)});
      const log = createStoreEventLog({ store: await createEmbeddedStore(${JSON.stringify(path)}), maxEvents: 100 });
      const change = (id) => ({ source: 's', type: 'T', operation: 'UPDATED', key: { id }, deliveryId: id });
      for (let id = 1; id <= 20; id++) await log.append([change(String(id))]);
      process.stdout.write('stored');
      void log.append(Array.from({ length: 50 }, (_, index) => change('x' + index)));
      setInterval(() => undefined, 1000);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await expect(createEmbeddedStore(path)).rejects.toMatchObject({ code: 'HUB_CONFIG_STATE_IN_USE' });
    child.kill('SIGKILL');
    await once(child, 'close');

    const store = await createEmbeddedStore(path);
    const log = createStoreEventLog({ store, maxEvents: 100 });
    const events = await log.read(undefined, 100);
    expect(events.slice(0, 20).map(({ key }) => key.id)).toEqual(
      Array.from({ length: 20 }, (_, index) => String(index + 1)),
    );
    // What was under way is there as a whole, or not at all.
    expect([20, 70]).toContain(events.length);
    expect(await log.append([{ ...change('7'), deliveryId: '7' }])).toEqual([]);
    await store.close();
    await expect(log.read(undefined, 1)).rejects.toMatchObject({ code: 'HUB_EVENT_STORE_UNAVAILABLE' });
  }, 60_000);
});
