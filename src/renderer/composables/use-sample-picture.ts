// A small picture to show something by: the project's first image, or a drawn one.
import { shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { usePlatform } from '../api/platform.ts'
import { useProject } from '../stores/project.ts'
import { drawnPicture } from '../widgets/pixels.ts'

export const pictureSize = { width: 120, height: 90 } as const

/** RGBA of `pictureSize`. @param isWanted read anew when it becomes true */
export function useSamplePicture(isWanted: Ref<boolean>): ShallowRef<Uint8ClampedArray> {
  const platform = usePlatform()
  const project = useProject()
  const { width, height } = pictureSize
  const picture = shallowRef<Uint8ClampedArray>(drawnPicture(width, height))
  const load = async (id: string): Promise<void> => {
    const { images } = await platform.connection.api.images.list({ project: id, filter: { state: 'present' }, limit: 1 })
    const [first] = images
    if (!first) return
    const image = new Image()
    image.src = platform.imageAddress(id, first, 128)
    await image.decode()
    const canvas = new OffscreenCanvas(width, height)
    const context = canvas.getContext('2d')
    // The middle, so that nothing is stretched.
    const scale = Math.max(width / image.width, height / image.height)
    const [w, h] = [image.width * scale, image.height * scale]
    context?.drawImage(image, (width - w) / 2, (height - h) / 2, w, h)
    if (context) picture.value = context.getImageData(0, 0, width, height).data
  }
  watch(
    isWanted,
    (wanted) => {
      // The drawn one does as well.
      if (wanted && project.id) load(project.id).catch(() => undefined)
    },
    { immediate: true },
  )
  return picture
}
