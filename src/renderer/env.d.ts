// What TypeScript alone cannot know: single-file components as modules.
declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent
  export default component
}
