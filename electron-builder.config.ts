// How the desktop application is packed; docs/packaging.md explains the layout. Everything that goes in is laid out by scripts/pack/stage.ts
// for the target at hand: electron-builder itself collects nothing.
import { join } from 'node:path'
import { Arch } from 'electron-builder'
import type { Configuration } from 'electron-builder'
import { writeIcons } from './scripts/pack/icons.ts'
import { repositoryOf } from './scripts/pack/repository.ts'
import { stage } from './scripts/pack/stage.ts'
import { targetOf } from './scripts/pack/target.ts'
import { appId } from './src/main/app-id.ts'

const root = import.meta.dirname
const work = join(root, '.cache/pack')
const staged = join(work, 'stage')
const contributors = 'Self-Tuning Studio contributors'

/** @param built the build, somewhere in the project */
export function packConfiguration(built: string): Configuration {
  return {
    appId,
    productName: 'Self-Tuning Studio',
    copyright: `${contributors}, Apache License 2.0`,
    directories: { output: 'dist', buildResources: 'resources' },
    artifactName: '${name}-${version}-${os}-${arch}.${ext}',
    extraMetadata: { homepage: homepage(), author: { name: contributors }, desktopName: 'self-tuning-studio.desktop' },

    beforePack: async ({ electronPlatformName, arch }) => {
      await stage(targetOf(`${electronPlatformName}-${Arch[arch]}`, root), { root, built, into: staged })
      await writeIcons(root, join(work, 'icons'))
    },
    // No: what main loads is staged already, and nothing that has native files is loaded by Electron, so there is nothing to rebuild.
    beforeBuild: () => Promise.resolve(false),
    files: [
      { from: '.cache/pack/stage/app', to: '.', filter: ['**/*'] },
      // A node_modules folder is always left out of the folder above it.
      { from: '.cache/pack/stage/app/node_modules', to: 'node_modules', filter: ['**/*'] },
    ],
    // Programs that `trash` starts: they can be signed and started only as files of their own.
    asarUnpack: ['**/trash/lib/{macos-trash,windows-trash.exe}'],
    extraResources: [
      { from: '.cache/pack/stage/resources', to: '.', filter: ['**/*'] },
      { from: '.cache/pack/icons/icon.png', to: 'icon.png' },
    ],

    electronFuses: {
      // The engine runs in a Node of its own: Electron need not be one, nor take its options.
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      // What runs is what was packed (checked on Windows and macOS).
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      // Pages come by app://, which has no rights beyond its own.
      grantFileProtocolExtraPrivileges: false,
      // There are no cookies, and encrypting them would ask for the key ring at the first start.
      enableCookieEncryption: false,
      loadBrowserProcessSpecificV8Snapshot: false,
      // Changing fuses breaks the signature that Electron comes with; without it an unsigned application does not start on Apple's processors.
      // (Only macOS can sign.)
      resetAdHocDarwinSignature: process.platform === 'darwin',
    },

    win: {
      target: ['nsis'],
      icon: '.cache/pack/icons/icon.ico',
      // Node's own signature says more about it than ours would.
      signExts: ['!node.exe'],
    },
    nsis: {
      oneClick: false,
      perMachine: false,
      allowToChangeInstallationDirectory: true,
      // "Open with Self-Tuning Studio" for folders.
      include: 'resources/installer.nsh',
    },
    mac: {
      target: ['dmg', 'zip'],
      icon: '.cache/pack/icons/icon.icns',
      category: 'public.app-category.developer-tools',
      // ONNX Runtime's library asks for it.
      minimumSystemVersion: '14.0',
      hardenedRuntime: true,
      // Both Electron and the engine's Node compile while they run.
      entitlements: 'resources/entitlements.mac.plist',
      entitlementsInherit: 'resources/entitlements.mac.plist',
      extendInfo: {
        // Folders can be dropped onto the icon, and opened by `open -a`.
        CFBundleDocumentTypes: [
          { CFBundleTypeName: 'Folder', CFBundleTypeRole: 'Editor', LSItemContentTypes: ['public.folder'], LSHandlerRank: 'Alternate' },
        ],
      },
    },
    linux: {
      target: ['AppImage', 'deb'],
      icon: '.cache/pack/icons/linux',
      category: 'Graphics',
      executableName: 'self-tuning-studio',
      // A Debian package has to name an address; there is none yet.
      maintainer: `${contributors} <nobody@self-tuning-studio.invalid>`,
      synopsis: 'Train an image classifier from few labels',
      // "Open with" for folders.
      mimeTypes: ['inode/directory'],
      // Windows on the screen belong to the entry in the menu.
      syncDesktopName: true,
    },
    // The older one starts the application with --no-sandbox; this one leaves the sandbox on wherever the system has user namespaces.
    toolsets: { appimage: '1.0.3' },
    // Releases are made by the workflow, of what all systems have packed.
    publish: null,
  }
}

/** The repository that the workflow runs for; elsewhere the method's page, because a Debian package has to name one. */
function homepage(): string {
  return repositoryOf(process.env)?.url.replace(/^git\+|\.git$/g, '') ?? 'https://proceedings.mlr.press/v139/wang21g.html'
}

export default packConfiguration(join(root, 'out'))
