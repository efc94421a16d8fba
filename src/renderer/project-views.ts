// The views of a project, in the order of the work.
export const projectViews = ['images', 'label', 'train', 'results', 'predict', 'export'] as const
export type ProjectView = (typeof projectViews)[number]

/** Goes there. */
export function commandOf<View extends ProjectView>(view: View): `go${Capitalize<View>}` {
  return `go${view.charAt(0).toUpperCase()}${view.slice(1)}` as `go${Capitalize<View>}`
}
