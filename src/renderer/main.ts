// The interface begins: what it runs on, its stores, languages and views are put together here and nowhere else.
import './api/schemas.ts'
import './styles/index.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { browserPlatform } from './api/browser.ts'
import { desktopPlatform } from './api/desktop.ts'
import { setPlatform } from './api/platform.ts'
import { i18n } from './i18n.ts'
import { router } from './router.ts'

setPlatform(window.studio ? desktopPlatform(window.studio, `${location.origin}/`) : browserPlatform())
const app = createApp(App).use(createPinia()).use(i18n).use(router)
// The router hears of changed addresses only after the first view has been found: what is shown earlier would lead nowhere.
void router.isReady().finally(() => app.mount('#app'))
