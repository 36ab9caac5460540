// Memory of another Node process over its inspector: a full collection first, so that only what is kept counts.
interface Target {
  readonly webSocketDebuggerUrl: string;
}

interface Inspector {
  heapMegabytes(): Promise<number>;
  close(): void;
}

/** Rejects where nothing listens on the port. */
export async function connectInspector(port: number): Promise<Inspector> {
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as readonly Target[];
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  let id = 0;
  const ask = (method: string): Promise<{ readonly usedSize: number }> => {
    id += 1;
    const asked = id;
    return new Promise((resolve) => {
      const onMessage = ({ data }: MessageEvent): void => {
        const answer = JSON.parse(String(data)) as { readonly id?: number; readonly result: { usedSize: number } };
        if (answer.id !== asked) return;
        socket.removeEventListener('message', onMessage);
        resolve(answer.result);
      };
      socket.addEventListener('message', onMessage);
      socket.send(JSON.stringify({ id, method }));
    });
  };
  return {
    async heapMegabytes() {
      await ask('HeapProfiler.collectGarbage');
      return (await ask('Runtime.getHeapUsage')).usedSize / 1024 / 1024;
    },
    close: () => socket.close(),
  };
}
