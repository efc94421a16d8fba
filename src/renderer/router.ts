// Addresses of the views. Behind a `#`: there is one page, whether the server or the window's own scheme brings it.
import { createRouter, createWebHashHistory } from 'vue-router'
import type { RouteRecordRaw } from 'vue-router'
import { projectViews } from './project-views.ts'
import type { ProjectView } from './project-views.ts'

const views: Readonly<Record<ProjectView, () => Promise<unknown>>> = {
  images: () => import('./views/images/ImagesView.vue'),
  label: () => import('./views/label/LabelView.vue'),
  train: () => import('./views/train/TrainView.vue'),
  results: () => import('./views/results/ResultsView.vue'),
  predict: () => import('./views/predict/PredictView.vue'),
  export: () => import('./views/export/ExportView.vue'),
}

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'start', component: () => import('./views/start/StartView.vue') },
  { path: '/settings', name: 'settings', component: () => import('./views/settings/SettingsView.vue') },
  { path: '/licences', name: 'licences', component: () => import('./views/licences/LicencesView.vue') },
  { path: '/_components', name: 'components', component: () => import('./views/components/ComponentsView.vue') },
  ...projectViews.map((name): RouteRecordRaw => ({ path: `/projects/:project/${name}`, name, component: views[name] as never })),
  { path: '/:other(.*)*', redirect: '/' },
]

export const router = createRouter({ history: createWebHashHistory(), routes })
