// Job `methods`: the training methods with their settings, ranges, defaults and help.
import { methods as known } from '../../core/methods/index.ts'
import { runSettings } from '../../core/train/settings.ts'
import { settingsOf } from '../../shared/settings.ts'
import type { Job } from '../job.ts'

export const methods: Job<'methods'> = () =>
  Promise.resolve({
    methods: known.map(({ id, title, citation, settings }) => ({ id, title, citation, settings: settingsOf(settings) })),
    training: settingsOf(runSettings),
  })
