// Opens an address in the user's browser.
import { spawn } from 'node:child_process'

/** No shell sees the address. @param failed called where no browser could be started */
export function openBrowser(url: string, failed: (reason: string) => void): void {
  const [command, words] = commandOf(process.platform)
  const child = spawn(command, [...words, url], { stdio: 'ignore', detached: true })
  child.once('error', (error) => failed(error.message))
  child.once('exit', (code) => {
    if (code !== 0) failed(`${command} ended with ${code ?? 'a signal'}`)
  })
  child.unref()
}

function commandOf(platform: NodeJS.Platform): [string, readonly string[]] {
  if (platform === 'darwin') return ['open', []]
  if (platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler']]
  return ['xdg-open', []]
}
