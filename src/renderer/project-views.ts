// The views of a project, in the order of the work.
export const projectViews = ['images', 'label', 'train', 'results', 'predict', 'export'] as const
export type ProjectView = (typeof projectViews)[number]
