import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, startProgram } from '../support/child.ts'
import type { WebServer } from '../support/engines.ts'
import { freePort } from '../support/free-port.ts'
import { ROOT } from '../support/sources.ts'
import { tempFolder } from '../support/temp-folder.ts'

export type SiteProxy = { url: string; child: Child }

const read = (file: string): string => readFileSync(join(ROOT, 'deploy', file), 'utf8')

/** What deploy/ has, with this machine's ports in it; and around it what a site has of its own. */
const nginxConf = (folder: string, port: number, relayPort: number): string => {
  const [location = '', upstream = ''] = read('nginx.conf').split(/^# Outside of it.*$/m)
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  )
  return `user root; daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr;
events {}
http {
  ${temp.join('\n  ')}
  ${upstream.replace('127.0.0.1:8787', `127.0.0.1:${relayPort}`)}
  server { listen 127.0.0.1:${port}; root ${folder}/site; access_log off;
  ${location} }
}`
}

const caddyfile = (folder: string, port: number, relayPort: number): string =>
  `{\n\tadmin off\n}\n${read('Caddyfile')
    .replace('shop.example', `http://127.0.0.1:${port}`)
    .replace('127.0.0.1:8787', `127.0.0.1:${relayPort}`)
    .replace('/srv/shop', `${folder}/site`)}`

const CONFIGS = {
  nginx: { make: nginxConf, args: (file: string) => ['-c', file] },
  caddy: { make: caddyfile, args: (file: string) => ['run', '--adapter', 'caddyfile', '--config', file] },
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )

/** The web server as a site runs it, with the file of deploy/ in its configuration, in front of a relay on this port. */
export const startProxy = async (
  server: WebServer,
  program: string,
  relayPort: number,
): Promise<SiteProxy> => {
  const [folder, port] = [tempFolder(server), await freePort()]
  mkdirSync(join(folder, 'site'))
  writeFileSync(join(folder, 'site', 'index.html'), '<title>the shop</title>')
  const file = join(folder, 'server.conf')
  const { make, args } = CONFIGS[server]
  writeFileSync(file, make(folder, port, relayPort))
  const child = startProgram(program, args(file), { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder })
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; !(await answers(url)); tries += 1) {
    if (tries > 200) throw new Error(`${server} does not answer:\n${child.output()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { url, child }
}
