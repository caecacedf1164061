import type { MenuItemConstructorOptions } from 'electron'

/** Commands the screens understand; the palette offers the same ones. */
export type MenuCommand =
  | 'open' | 'open-baseline' | 'open-sample' | 'approve' | 'export' | 'find' | 'palette' | 'next-change' | 'previous-change' | 'swap-sides'
  | 'workspace-review' | 'workspace-trace' | 'workspace-checks' | 'workspace-history' | 'workspace-settings' | 'keys' | 'toggle-theme'

/**
 * The application menu as data. `send` tells the focused window; nothing is decided here.
 * Roles (copy, quit, full screen, …) are the platform's own.
 */
export function toMenuTemplate(platform: string, send: (command: MenuCommand) => void): MenuItemConstructorOptions[] {
  const item = (label: string, command: MenuCommand, accelerator?: string): MenuItemConstructorOptions =>
    accelerator === undefined ? { label, click: () => send(command) } : { label, accelerator, click: () => send(command) }
  const mac = platform === 'darwin'
  const template: MenuItemConstructorOptions[] = [
    {
      label: 'File',
      submenu: [
        item('Open Config…', 'open', 'CmdOrCtrl+O'),
        item('Open as Baseline…', 'open-baseline', 'CmdOrCtrl+Shift+O'),
        item('Open the Sample Incident', 'open-sample'),
        { type: 'separator' },
        item('Approve as Known Good…', 'approve', 'CmdOrCtrl+Shift+A'),
        item('Export Picture…', 'export', 'CmdOrCtrl+E'),
        { type: 'separator' },
        mac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    {
      label: 'Edit',
      submenu: [{ role: 'undo' }, { role: 'redo' }, { type: 'separator' }, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }, { type: 'separator' }, item('Find…', 'find', 'CmdOrCtrl+F')],
    },
    {
      label: 'View',
      submenu: [
        item('Review', 'workspace-review'), item('Trace', 'workspace-trace'), item('Checks', 'workspace-checks'),
        item('History', 'workspace-history'), item('Settings', 'workspace-settings'),
        { type: 'separator' },
        item('Commands…', 'palette', 'CmdOrCtrl+K'), item('Next Change', 'next-change', 'F7'), item('Previous Change', 'previous-change', 'Shift+F7'), item('Swap Sides', 'swap-sides'),
        { type: 'separator' },
        item('Light or Dark', 'toggle-theme'), { role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'togglefullscreen' },
      ],
    },
    { label: 'Window', submenu: mac ? [{ role: 'minimize' }, { role: 'zoom' }, { type: 'separator' }, { role: 'front' }] : [{ role: 'minimize' }, { role: 'close' }] },
    { role: 'help', submenu: [item('Keys', 'keys')] },
  ]
  return mac ? [{ role: 'appMenu' }, ...template] : template
}
