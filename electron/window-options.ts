import type { BrowserWindowConstructorOptions } from 'electron'

/** Where the app's own pages live. The scheme is registered as standard and secure; nothing else is ever loaded. */
export const appOrigin = 'app://steelyard'

/**
 * Options of the main window. The page gets no Node, an isolated world and the OS sandbox; only the preload speaks to us.
 */
export function toWindowOptions(preload: string, dark: boolean): BrowserWindowConstructorOptions {
  return {
    width: 1600, height: 1000, minWidth: 960, minHeight: 640,
    show: false,
    title: 'Steelyard',
    backgroundColor: dark ? '#0d1015' : '#f4f5f7',
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      spellcheck: false,
    },
  }
}
