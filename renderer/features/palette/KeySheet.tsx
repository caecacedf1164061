import { useApp } from '#renderer/app/context.ts'
import { commands, type Command } from '#renderer/app/commands.ts'
import { Dialog } from '#renderer/ui/primitives.tsx'
import { toKeyLabel } from './key-label.ts'

const groups: readonly Command['group'][] = ['Go to', 'Open', 'Review', 'Live', 'Picture', 'Text', 'App']

export function KeySheet() {
  const { actions, store } = useApp()
  const mac = store.get().info?.platform === 'darwin'
  return (
    <Dialog open wide title="Keys" onClose={actions.closeDialog} className="key-sheet">
      <div className="key-groups">
        {groups.map((group) => (
          <section key={group} aria-label={group}>
            <h3>{group}</h3>
            <dl>
              {commands.filter((command) => command.group === group && command.keys.length > 0).map((command) => (
                <div key={command.id}>
                  <dt>{command.title}</dt>
                  <dd>{command.keys.map((key) => <kbd key={key}>{toKeyLabel(key, mac)}</kbd>)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section aria-label="Inside the picture">
          <h3>Inside the picture</h3>
          <dl>
            <div><dt>Walk along edges in rule order</dt><dd><kbd>← → ↑ ↓</kbd></dd></div>
            <div><dt>Open the lines</dt><dd><kbd>Enter</kbd></dd></div>
            <div><dt>Give up the selection, go up</dt><dd><kbd>Esc</kbd></dd></div>
          </dl>
        </section>
      </div>
    </Dialog>
  )
}
