// Messages in English, a file for each part of the interface.
import backbones from './backbones.json'
import commands from './commands.json'
import common from './common.json'
import components from './components.json'
import errors from './errors.json'
import exportView from './export.json'
import images from './images.json'
import label from './label.json'
import predict from './predict.json'
import results from './results.json'
import settings from './settings.json'
import start from './start.json'
import tour from './tour.json'
import train from './train.json'

export const en = {
  backbones,
  commands,
  common,
  components,
  errors,
  export: exportView,
  images,
  label,
  predict,
  results,
  settings,
  start,
  tour,
  train,
}
