// The repository that is packed: the application asks it for newer releases, and packages name it as their home page.

/** Of npm's notation, for package.json. */
export interface Repository {
  readonly type: 'git'
  readonly url: string
}

/** As GitHub's workflows name it: `GITHUB_REPOSITORY` is `owner/name`, `GITHUB_SERVER_URL` the server where that is not github.com.
 * @returns null where nobody says. @throws Error for another form: the application would never find a release. */
export function repositoryOf(environment: NodeJS.ProcessEnv): Repository | null {
  const { GITHUB_REPOSITORY: name, GITHUB_SERVER_URL: server } = environment
  if (!name) return null
  if (!/^[\w-]+\/[\w.-]+$/.test(name))
    throw new Error(`cannot pack: expected GITHUB_REPOSITORY as owner/name, found ${JSON.stringify(name)}`)
  return { type: 'git', url: `git+${server || 'https://github.com'}/${name}.git` }
}
