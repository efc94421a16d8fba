// The repository that packages name: the application finds its releases by it.
import { expect, test } from 'vitest'
import { repositoryOf } from '../../scripts/pack/repository.ts'
import { gitHubName } from '../../src/main/shell/updates.ts'

test("named by GitHub's workflows, or by hand, so that the application asks there", () => {
  const url = repositoryOf({ GITHUB_REPOSITORY: 'owner/na.me', GITHUB_SERVER_URL: 'https://github.com' })?.url ?? null
  expect(url).toBe('git+https://github.com/owner/na.me.git')
  expect(gitHubName(url)).toBe('owner/na.me')
  expect(repositoryOf({ GITHUB_REPOSITORY: 'owner/na.me' })?.url).toBe(url)
})

test('on another server: named, but not asked', () => {
  const named = repositoryOf({ GITHUB_REPOSITORY: 'owner/name', GITHUB_SERVER_URL: 'https://git.example.org' })
  expect(named?.url).toBe('git+https://git.example.org/owner/name.git')
  expect(gitHubName(named?.url ?? null)).toBeNull()
})

test('where nobody says, there is none; what is no name is refused', () => {
  expect([repositoryOf({}), repositoryOf({ GITHUB_REPOSITORY: '' })]).toEqual([null, null])
  expect(() => repositoryOf({ GITHUB_REPOSITORY: 'name' })).toThrow('expected GITHUB_REPOSITORY as owner/name, found "name"')
})
