// What the window's page may call: the services, and beside them what only the window can do. No other page, frame or channel.
import { ipcMain, shell } from 'electron'
import type { IpcMainEvent, IpcMainInvokeEvent } from 'electron'
import { join } from 'node:path'
import { desktop } from '../../shared/desktop.ts'
import type { DesktopHandlers } from '../../shared/desktop.ts'
import type { RunningStudio } from '../studio.ts'
import { dispatcherOf } from '../transport/dispatcher.ts'
import type { Dispatcher } from '../transport/dispatcher.ts'
import { EventFeed } from '../transport/event-feed.ts'
import { serveIpc } from '../transport/ipc.ts'
import type { IpcServer } from '../transport/ipc.ts'
import { pathChooser } from './dialogs.ts'
import type { Holds } from './holds.ts'
import { isOurs } from './origin.ts'
import type { UpdateCheck } from './update-check.ts'
import type { MainWindow } from './window.ts'
import type { Wishes } from './wishes.ts'

export interface PageParts {
  readonly running: RunningStudio
  readonly window: MainWindow
  readonly wishes: Wishes
  readonly holds: Holds
  readonly updates: Pick<UpdateCheck, 'isPossible' | 'check' | 'show'>
}

export function servePage({ running, window, wishes, holds, updates }: PageParts): IpcServer {
  const { studio, events, dispatcher: services } = running
  const handlers: DesktopHandlers = {
    choosePath: pathChooser(window),
    showLog: () => {
      showLog(studio.dataFolder)
      return {}
    },
    releases: () => ({ known: updates.isPossible }),
    checkForUpdate: () => updates.check(),
    showUpdate: async () => {
      await updates.show()
      return {}
    },
  }
  const own = dispatcherOf({ desktop }, { desktop: handlers }, studio.log)
  const dispatcher: Dispatcher = {
    call: (service, ...rest) => (service === 'desktop' ? own : services).call(service, ...rest),
  }
  return serveIpc(ipcMain, {
    dispatcher,
    channels: { events: (pipe) => new EventFeed(events, pipe), wishes: wishes.channel, hold: holds.channel },
    isTrusted,
    refused: (reason) => studio.log.warn(`refused: ${reason}`),
  })
}

/** Sent by the main frame of the window, which shows our page. A frame that is gone already has no say either. */
export function isTrusted({ senderFrame }: Pick<IpcMainEvent | IpcMainInvokeEvent, 'senderFrame'>): boolean {
  return senderFrame !== null && senderFrame.parent === null && isOurs(senderFrame.url)
}

export function showLog(dataFolder: string): void {
  shell.showItemInFolder(join(dataFolder, 'logs', 'studio.log'))
}
