// Begins predictions: of dropped or chosen files, of a folder, of the project's unlabelled images.
import { getCurrentScope, ref } from 'vue'
import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import { usePlatform } from '../../api/platform.ts'
import { useAction } from '../../composables/use-action.ts'
import type { Action } from '../../composables/use-action.ts'
import { useFormat } from '../../composables/use-format.ts'
import { useLeftOut } from '../../composables/use-left-out.ts'
import { useUpload } from '../../composables/use-upload.ts'
import type { Uploads } from '../../composables/use-upload.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Api } from '../../../shared/contract/index.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import { fileNameOf } from '../../widgets/file-name.ts'
import { sortFiles } from '../../widgets/local-files.ts'
import type { FoundFile } from '../../widgets/local-files.ts'
import { nameOfPath, joinPath } from '../../widgets/paths.ts'
import { rememberSubject } from './use-subject.ts'
import type { Subject } from './use-subject.ts'

type Given = Parameters<Api['predictions']['predict']>[0]['subject']

export interface Predict {
  readonly uploads: Uploads
  /** Folder for a CSV beside; null = none. */
  readonly csvFolder: Ref<string | null>
  readonly files: Action<[files: FoundFile[] | Promise<FoundFile[]>], void>
  readonly folder: Action<[folder: string], void>
  readonly unlabelled: Action<[], void>
}

/** Classes told of an image: as many as the services tell, for the CSV. */
const top = 100

/** @param run to predict with */
export function usePredict(run: () => string | null): Predict {
  const { t } = useI18n()
  const platform = usePlatform()
  const { connection } = platform
  const router = useRouter()
  const route = useRoute()
  const project = useProject()
  const notices = useNotices()
  const uploads = useUpload()
  const view = getCurrentScope()
  const wordsOf = useLeftOut()
  const format = useFormat()
  const csvFolder = ref<string | null>(null)

  const begin = async (given: Given, subject: Omit<Subject, 'run'>): Promise<void> => {
    const [id, chosen] = [project.id, run()]
    if (id === null || chosen === null) return
    const csv = csvFolder.value === null ? {} : { csv: joinPath(csvFolder.value, `${fileNameOf([t('predict.csvName')], new Date())}.csv`) }
    const { task } = await connection.api.predictions.predict({ project: id, run: chosen, subject: given, top, ...csv })
    rememberSubject(task, { ...subject, run: chosen })
    // Whoever has gone elsewhere stays there.
    if (view?.active) await router.push({ query: { ...route.query, run: chosen, task, index: undefined } })
  }

  const files = useAction(async (given: FoundFile[] | Promise<FoundFile[]>) => {
    const all = await given
    const { pictures, left } = sortFiles(all)
    if (project.id === null) return
    if (pictures.length === 0) {
      const found = t('predict.noPictures', { count: all.length }, all.length)
      throw new AppError('bad-data', `${found}. ${wordsOf(left).join(' ')}`.trim())
    }
    const name =
      pictures.length === 1 ? (pictures[0]?.path ?? '') : t('predict.files', { count: format.number(pictures.length) }, pictures.length)
    // Where the services see the same disk, nothing is copied.
    const paths = pictures.map(({ file }) => platform.pathOf(file)).filter((path) => path !== null)
    const isHere = paths.length === pictures.length
    const sent = isHere ? null : await uploads.run(project.id, pictures)
    if (sent) await begin({ folder: sent.folder }, { kind: 'upload', name, folder: sent.folder })
    else await begin({ files: paths }, { kind: 'files', name, folder: null })
    const unsent = [...left, ...(sent?.left ?? [])]
    if (unsent.length > 0) notices.warn(wordsOf(unsent).join(' '))
  })
  const folder = useAction((chosen: string) => begin({ folder: chosen }, { kind: 'folder', name: nameOfPath(chosen), folder: chosen }))
  const unlabelled = useAction(async () => {
    if (project.id === null) return
    const { images } = await connection.api.images.ids({ project: project.id, filter: { labelled: false, state: 'present' } })
    await begin({ images }, { kind: 'unlabelled', name: t('predict.unlabelledOf', { name: project.project?.name ?? '' }), folder: null })
  })
  return { uploads, csvFolder, files, folder, unlabelled }
}
