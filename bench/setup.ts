// `npm run bench:setup`: installs what the measurements need and the hub does not: wrk and nginx from Debian, the peers
// from npm, and a newer C library for Tailcall's binary beside the system's own. Says what it could not install.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { BENCH, onPath, WORK } from './places.ts';

mkdirSync(WORK, { recursive: true });

function run(command: string, args: readonly string[], cwd = BENCH): boolean {
  console.error(`bench: ${command} ${args.join(' ')}`);
  return spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2] }).status === 0;
}

function installTools(): void {
  const missing = ['wrk', 'nginx'].filter((tool) => !onPath(tool));
  if (missing.length === 0) return;
  const installed = run('apt-get', ['update', '-qq']) && run('apt-get', ['install', '-y', '-qq', 'wrk', 'nginx-light']);
  if (!installed) {
    console.error(
      `bench: ${missing.join(' and ')} could not be installed with apt-get (it needs Debian and root): the bench cannot run without`,
    );
    process.exitCode = 1;
  }
}

/** Tailcall's binary wants glibc 2.39; an older Debian gets it unpacked from Debian 13, for this one program. */
function unpackLibc(): void {
  const glibc = `${WORK}/glibc`;
  const apt = `${WORK}/apt`;
  if (existsSync(glibc) || !existsSync('/etc/apt/sources.list.d/debian.sources')) return;
  for (const folder of ['state/lists/partial', 'cache/archives/partial'])
    mkdirSync(`${apt}/${folder}`, { recursive: true });
  const mirror = /^URIs: *(\S+)/m.exec(readFileSync('/etc/apt/sources.list.d/debian.sources', 'utf8'))?.[1];
  if (mirror === undefined) return;
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(`${apt}/sources.list`, `deb [signed-by=${keyring}] ${mirror} trixie main\n`);
  const options = ['sourcelist', 'sourceparts', 'State', 'Cache'].flatMap((name) => {
    const value = {
      sourcelist: `${apt}/sources.list`,
      sourceparts: '/dev/null',
      State: `${apt}/state`,
      Cache: `${apt}/cache`,
    };
    const key = name === 'State' || name === 'Cache' ? `Dir::${name}` : `Dir::Etc::${name}`;
    return ['-o', `${key}=${value[name as keyof typeof value]}`];
  });
  if (!run('apt-get', [...options, 'update', '-qq'])) return;
  if (!run('apt-get', [...options, 'download', 'libc6', 'libgcc-s1'], apt)) return;
  for (const file of readdirSync(apt)) if (file.endsWith('.deb')) run('dpkg-deb', ['-x', `${apt}/${file}`, glibc]);
}

installTools();
if (!run('npm', ['ci', '--no-audit', '--no-fund'])) process.exitCode = 1;
unpackLibc();
console.error(existsSync(`${WORK}/glibc`) ? 'bench: ready' : 'bench: ready, without Tailcall');
