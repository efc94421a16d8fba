// The command line of `serve`.
import { randomBytes } from 'node:crypto'
import { Command, Option } from 'commander'
import { AppError } from '../../shared/errors.ts'
import { fromCaller } from '../caller-folder.ts'
import { isHostName } from './guard.ts'

export interface ServeSettings {
  /** Opened at once. */
  readonly project: string | null
  /** Of images or of a project: what the interface begins with. */
  readonly folder: string | null
  /** Null = the usual one, or a free one where that is taken. */
  readonly port: number | null
  readonly host: string
  readonly hosts: readonly string[]
  readonly token: string
  readonly open: boolean
  /** Of `--root`: further folders in which files and folders may be chosen. */
  readonly roots: readonly string[]
  /** On the first start in a data folder: draw the sample and show around. */
  readonly welcome: boolean
}

export const usualPort = 8421

interface Given {
  project?: string
  folder?: string
  port?: string
  host: string
  allowHost: string[]
  allowNetwork?: boolean
  root: string[]
  token?: string
  open?: boolean
  welcome?: boolean
}

/** @param words after the program's name @throws AppError 'bad-option'; commander's own errors for unknown options */
export function serveSettings(words: readonly string[]): ServeSettings {
  const program = new Command('serve')
    .description('Serve the interface and the services to browsers, on this machine unless told otherwise.')
    .option('--project <dir>', 'open this project')
    .option('--folder <dir>', 'begin with this folder of images, or this project, in the interface')
    .option('--port <n>', `0 = a free one (default: ${usualPort}, or a free one where that is taken)`)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--allow-network', 'let other machines in; needed for a --host that they can reach')
    .option('--allow-host <name...>', 'further names by which browsers may call this server, e.g. of a proxy', [])
    .option('--root <dir>', 'a further place of images, to choose folders from; more than once for several', gathered, [])
    .addOption(new Option('--token <text>', 'secret that lets in (default: a new one)').env('SELF_TUNING_TOKEN'))
    .option('--open', 'open the interface in the browser')
    .option('--welcome', 'where there is no project yet: draw the sample project and show around, once')
    .allowExcessArguments(false)
    .exitOverride()
    .parse(words, { from: 'user' })
  const given = program.opts<Given>()
  const { project, folder, port, host, allowHost, allowNetwork = false, root, token, open = false, welcome = false } = given
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) < 65_536))
    throw new AppError('bad-option', `--port: expected a whole number from 0 to 65535, found ${JSON.stringify(port)}`)
  if (token !== undefined) checkToken(token, program.getOptionValueSource('token') === 'env' ? 'SELF_TUNING_TOKEN' : '--token')
  for (const name of allowHost)
    if (!isHostName(name))
      throw new AppError(
        'bad-option',
        `--allow-host: expected a name without a port, or an address like 10.0.0.1 or [fd00::1], found ${JSON.stringify(name)}`,
      )
  if (!isLoopback(host) && !allowNetwork)
    throw new AppError('bad-option', `--host ${host}: expected --allow-network beside an address that other machines can reach, found none`)
  return {
    project: project === undefined ? null : fromCaller(project),
    folder: folder === undefined ? null : fromCaller(folder),
    port: port === undefined ? null : Number(port),
    host,
    hosts: isLoopback(host) ? allowHost : [host, ...allowHost],
    token: token ?? randomBytes(32).toString('base64url'),
    open,
    roots: root.map(fromCaller),
    welcome,
  }
}

/** Says nothing of what is in it: it may be another secret, in the wrong place. @param source for people @throws AppError 'bad-option' */
function checkToken(token: string, source: string): void {
  if (token.length < 16 || token.length > 200)
    throw new AppError('bad-option', `${source}: expected 16 to 200 letters, digits, - or _, found ${token.length} characters`)
  if (!/^[\w-]+$/.test(token))
    throw new AppError('bad-option', `${source}: expected letters, digits, - or _ alone, found other characters among its ${token.length}`)
}

function gathered(value: string, before: readonly string[]): string[] {
  return [...before, value]
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
