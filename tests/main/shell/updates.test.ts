// The check for a newer release: where it asks, what it believes, and that it asks nobody where no repository is named.
import { expect, test } from 'vitest'
import { gitHubName, isNewer, latestRelease } from '../../../src/main/shell/updates.ts'

test.each([
  ['git+https://github.com/owner/name.git', 'owner/name'],
  ['https://github.com/owner/name', 'owner/name'],
  ['git@github.com:owner/na.me.git', 'owner/na.me'],
  ['github:owner/name', 'owner/name'],
  ['owner/name', 'owner/name'],
  ['https://gitlab.com/owner/name', null],
  ['https://github.com.evil.org/owner/name', null],
  ['https://github.com/owner/name/../../x', null],
  ['', null],
  [null, null],
])('%s is %s on GitHub', (repository, name) => expect(gitHubName(repository)).toBe(name))

test.each([
  ['1.2.4', '1.2.3', true],
  ['1.10.0', '1.9.9', true],
  ['2.0.0', '1.9.9', true],
  ['1.2.3', '1.2.3', false],
  ['1.2.3', '1.2.4', false],
  ['1.2.3', '1.2.3-beta.1', true],
  ['1.3.0-beta.1', '1.2.3', false],
  ['nightly', '1.2.3', false],
])('%s is newer than %s: %s', (latest, current, newer) => expect(isNewer(latest, current)).toBe(newer))

const answers = (body: unknown, status = 200) => {
  const calls: string[] = []
  const get = (url: string): Promise<Response> => {
    calls.push(url)
    return Promise.resolve(new Response(JSON.stringify(body), { status }))
  }
  return { calls, get }
}

test('asks for the latest release, and shows it on its own page, whatever the answer says', async () => {
  const { calls, get } = answers({ tag_name: 'v0.2.0', html_url: 'https://evil.org/' })
  expect(await latestRelease('https://github.com/owner/name', '0.1.0', get)).toEqual({
    state: 'newer',
    version: '0.2.0',
    page: 'https://github.com/owner/name/releases/tag/v0.2.0',
  })
  expect(await latestRelease('https://github.com/owner/name', '0.2.0', get)).toEqual({ state: 'current', version: '0.2.0' })
  expect(calls[0]).toBe('https://api.github.com/repos/owner/name/releases/latest')
})

test('without a repository nobody is asked', async () => {
  const { calls, get } = answers({})
  expect(await latestRelease(null, '0.1.0', get)).toEqual({ state: 'unknown' })
  expect(calls).toEqual([])
})

test.each([
  ['no network', () => Promise.reject(new Error('net::ERR_INTERNET_DISCONNECTED'))],
  ['a status', answers({}, 404).get],
  ['another answer', answers({ name: 'x' }).get],
])('%s: an error that says so', async (_, get) => {
  await expect(latestRelease('owner/name', '0.1.0', get)).rejects.toMatchObject({
    code: 'disconnected',
    message: expect.stringContaining('expected the latest release') as string,
  })
})
