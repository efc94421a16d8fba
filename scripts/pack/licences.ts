// The licences of everything that is packed.
import { bundledPackages } from './bundled.ts'
import { licenceFile } from './licence-file.ts'

export interface Sources {
  readonly root: string
  /** The folder that holds the packages' node_modules. */
  readonly installed: string
  /** Folders of packages below it. */
  readonly packages: readonly string[]
}

/** @throws naming a package that has no text and for which `standard` has none */
export async function licences({ root, installed, packages }: Sources): Promise<string> {
  const bundled = (await bundledPackages(root)).filter((folder) => !packages.includes(folder))
  return licenceFile(root, [...packages.map((folder) => ({ in: installed, folder })), ...bundled.map((folder) => ({ in: root, folder }))])
}
