// Something read from the services that stays true: read again after a lost connection, on events that touch it, and when what it depends on changes.
import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef, WatchSource } from 'vue'
import { onFresh } from '../api/fresh.ts'
import { usePlatform } from '../api/platform.ts'
import type { Events, Topic } from '../../shared/contract/index.ts'
import { AppError } from '../../shared/errors.ts'

export interface Resource<Value> {
  /** The latest answer; stays while the next one is awaited. */
  readonly data: ShallowRef<Value | null>
  /** Of the latest attempt. */
  readonly error: ShallowRef<AppError | null>
  readonly isLoading: Ref<boolean>
  readonly reload: () => Promise<void>
}

export interface ResourceOptions {
  /** Events after which it is read again; with a test where not each of them matters. */
  readonly on?: { readonly [Name in Topic]?: true | ((payload: Events[Name]) => boolean) }
  /** What it depends on: a change drops the old answer. */
  readonly of?: WatchSource
  /** Milliseconds in which several events count as one. */
  readonly pause?: number
}

/** @param read null = there is nothing to read now. Use it in a component or a store: it ends with its scope. */
export function useResource<Value>(read: (signal: AbortSignal) => Promise<Value> | null, options: ResourceOptions = {}): Resource<Value> {
  const { connection } = usePlatform()
  const data = shallowRef<Value | null>(null)
  const error = shallowRef<AppError | null>(null)
  const isLoading = ref(true)
  let current: AbortController | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const reload = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    current?.abort()
    const own = new AbortController()
    current = own
    const reading = read(own.signal)
    isLoading.value = reading !== null
    try {
      const value = await reading
      if (current !== own) return
      data.value = value
      error.value = null
    } catch (thrown) {
      if (current !== own) return
      error.value = AppError.from(thrown)
    }
    isLoading.value = false
  }
  const soon = (): void => {
    timer ??= setTimeout(() => void reload(), options.pause ?? 30)
  }

  const ends = [
    onFresh(() => void reload()),
    ...Object.entries(options.on ?? {}).map(([topic, matters]) =>
      connection.on(topic as Topic, (payload) => {
        if (matters === true || (matters as (payload: unknown) => boolean)(payload)) soon()
      }),
    ),
  ]
  if (options.of)
    watch(options.of, () => {
      data.value = null
      void reload()
    })
  onScopeDispose(() => {
    clearTimeout(timer)
    current?.abort()
    current = null
    for (const end of ends) end()
  })
  return { data, error, isLoading, reload }
}
