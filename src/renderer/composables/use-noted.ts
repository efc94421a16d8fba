// Changes of the open project that a notice tells of, with a way back.
import type { Action } from '../../shared/contract/labels.ts'
import { AppError } from '../../shared/errors.ts'
import { useHistory } from '../stores/history.ts'
import { useNotices } from '../stores/notices.ts'
import { useProject } from '../stores/project.ts'
import { useSaving } from '../stores/saving.ts'

/** @returns saves a change in its turn, and tells `words` of what came of it; where it fails, a notice has told why */
export function useNoted(): <Answer>(
  kind: Action['kind'],
  change: (project: string) => Promise<Answer>,
  words: (answer: Answer) => string,
) => Promise<'done' | 'failed'> {
  const project = useProject()
  const saving = useSaving()
  const history = useHistory()
  const notices = useNotices()
  return async (kind, change, words) => {
    const { id } = project
    if (id === null) return 'failed'
    try {
      const { answer, undo } = await saving.inTurn(() => history.noted(kind, id, () => change(id)))
      notices.tell(words(answer), undo)
      return 'done'
    } catch (error) {
      notices.report(AppError.from(error))
      return 'failed'
    }
  }
}
