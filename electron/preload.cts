// The only code that stands between a page and the main process. Sandboxed: of Electron it may load just these.
const electron = require('electron') as typeof Electron
import type { DesktopBridge } from '#shared/rpc/bridge.ts'

const { contextBridge, ipcRenderer, webUtils } = electron

// Channel names are repeated here because a sandboxed preload loads no file; a test compares them with the contract.
const bridge: DesktopBridge = {
  call: (method, params, callId) => ipcRenderer.invoke('steelyard:call', method, params, callId),
  cancel: (callId) => ipcRenderer.send('steelyard:cancel', callId),
  subscribe: (listener) => {
    const forward = (_event: unknown, name: string, payload: unknown): void => listener(name, payload)
    ipcRenderer.on('steelyard:event', forward)
    return () => ipcRenderer.removeListener('steelyard:event', forward)
  },
  pathOfFile: (file) => webUtils.getPathForFile(file as File),
}

contextBridge.exposeInMainWorld('steelyard', bridge)
