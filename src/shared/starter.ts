// The backbone that comes with the application, by its id in the list of backbones.

/** Listed first, used where nothing else is chosen, never removed. */
export const starterId = 'starter'
