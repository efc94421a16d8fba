// The command line of `serve`.
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { AppError } from '../../shared/errors.ts'

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
  token?: string
  open?: boolean
  welcome?: boolean
}

/** @param given words after the program's name @throws AppError 'bad-option'; commander's own errors for unknown options */
export function serveSettings(given: readonly string[]): ServeSettings {
  const program = new Command('serve')
    .description('Serve the interface and the services to browsers, on this machine unless told otherwise.')
    .option('--project <dir>', 'open this project')
    .option('--folder <dir>', 'begin with this folder of images, or this project, in the interface')
    .option('--port <n>', `0 = a free one (default: ${usualPort}, or a free one where that is taken)`)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--allow-network', 'let other machines in; needed for a --host that they can reach')
    .option('--allow-host <name...>', 'further names by which browsers may call this server, e.g. of a proxy', [])
    .addOption(new Option('--token <text>', 'secret that lets in (default: a new one)').env('SELF_TUNING_TOKEN'))
    .option('--open', 'open the interface in the browser')
    .option('--welcome', 'where there is no project yet: draw the sample project and show around, once')
    .allowExcessArguments(false)
    .exitOverride()
    .parse(given, { from: 'user' })
  const { project, folder, port, host, allowHost, allowNetwork = false, token, open = false, welcome = false } = program.opts<Given>()
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) < 65_536))
    throw new AppError('bad-option', `--port: expected a whole number from 0 to 65535, found ${JSON.stringify(port)}`)
  if (token !== undefined && !/^[\w-]{16,200}$/.test(token))
    throw new AppError('bad-option', `--token: expected 16 to 200 letters, digits, - or _, found ${token.length} characters`)
  if (!isLoopback(host) && !allowNetwork)
    throw new AppError('bad-option', `--host ${host}: expected --allow-network beside an address that other machines can reach, found none`)
  return {
    project: project === undefined ? null : resolve(project),
    folder: folder === undefined ? null : resolve(folder),
    port: port === undefined ? null : Number(port),
    host,
    hosts: isLoopback(host) ? allowHost : [host, ...allowHost],
    token: token ?? randomBytes(32).toString('base64url'),
    open,
    welcome,
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
