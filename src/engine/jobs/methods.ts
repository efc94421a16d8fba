// Job `methods`: the training methods with their settings, ranges, defaults and help.
import { methods as known } from '../../core/methods/index.ts'
import { usesUnlabelled } from '../../core/methods/method.ts'
import { runSettings } from '../../core/train/settings.ts'
import { settingsOf } from '../../shared/settings.ts'
import type { Job } from '../job.ts'

export const methods: Job<'methods'> = () =>
  Promise.resolve({
    methods: known.map((method) => ({
      id: method.id,
      title: method.title,
      citation: method.citation,
      unlabelled: usesUnlabelled(method),
      settings: settingsOf(method.settings),
    })),
    training: settingsOf(runSettings),
  })
