// Service `tasks`.
import type { Handlers } from '../../../shared/contract/index.ts'
import type { Studio } from '../context.ts'

export function tasks({ tasks: runner }: Studio): Handlers['tasks'] {
  return {
    list: ({ project }) => ({ tasks: runner.list(project) }),
    get: ({ task }) => runner.get(task),
    wait: ({ task }) => runner.wait(task),
    cancel: ({ task }) => runner.cancel(task),
  }
}
