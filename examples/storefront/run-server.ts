// Runs an upstream as a program of its own: says where it listens, ends on SIGINT and SIGTERM.

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The port of the environment, or the default; anything that is not a port ends the program with a message. */
export function portFrom(variable: string | undefined, standard: number): number {
  if (variable === undefined || variable === '') return standard;
  const port = Number(variable);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  process.stderr.write(`PORT must be a number between 0 and 65535, not "${variable}"\n`);
  process.exit(1);
}

export async function runServer(name: string, port: number, start: () => Promise<RunningServer>): Promise<void> {
  let server: RunningServer;
  try {
    server = await start();
  } catch (error) {
    const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    const reason = inUse ? `port ${port} is in use` : error instanceof Error ? error.message : String(error);
    process.stderr.write(`${name} cannot start: ${reason}\n`);
    process.exit(1);
  }
  process.stdout.write(`${name} listens on ${server.url}\n`);
  const stop = (): void => {
    void server.close().finally(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
