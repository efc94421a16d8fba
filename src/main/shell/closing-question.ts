// Asks what becomes of training; "do not ask again" is kept in the settings.
import { dialog } from 'electron'
import type { Run } from '../../shared/contract/runs.ts'
import type { Settings } from '../../shared/contract/system.ts'
import type { ClosingAnswer } from './closing.ts'
import type { MainWindow } from './window.ts'
import type { Words } from './words/index.ts'

const answers: readonly ClosingAnswer[] = ['background', 'pause', 'stop', 'cancel']

export async function askAboutTraining(
  window: MainWindow,
  words: Words,
  runs: readonly Run[],
  remember: (choice: Settings['whenClosing']) => Promise<unknown>,
): Promise<ClosingAnswer> {
  const { closing, cancel } = words
  const { response, checkboxChecked } = await dialog.showMessageBox(window.show(), {
    type: 'question',
    title: words.product,
    message: closing.title,
    detail: `${closing.runs(runs.map(({ name }) => name))}\n\n${closing.explanation}`,
    buttons: [closing.background, closing.pause, closing.stop, cancel],
    defaultId: 0,
    cancelId: answers.indexOf('cancel'),
    noLink: true,
    checkboxLabel: closing.remember,
  })
  const answer = answers[response] ?? 'cancel'
  // To stop is never a habit: work would be lost without a question.
  if (checkboxChecked && (answer === 'background' || answer === 'pause')) await remember(answer)
  return answer
}
