// Runs an upstream as a program of its own: says where it listens, ends on SIGINT and SIGTERM.

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The port that the environment gives, or the standard one; what is not a port ends the program with a message. */
export function portFrom(variable: string, standard: number): number {
  const text = process.env[variable] ?? '';
  if (text === '') return standard;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  process.stderr.write(`${variable} must be a number from 1 to 65535, not "${text}"\n`);
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
