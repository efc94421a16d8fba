// Asks what becomes of training, where "do not ask again" is kept in the settings, and of images that are being copied.
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

/** @returns whether the copy may end half-way */
export async function askAboutCopy(window: MainWindow, { product, closing }: Words): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window.show(), {
    type: 'question',
    title: product,
    message: closing.copying,
    detail: closing.copyingExplanation,
    buttons: [closing.keepCopying, closing.quitAnyway],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  })
  return response === 1
}
