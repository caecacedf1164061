import { Command as Cmdk } from 'cmdk'
import { useMemo, useState } from 'react'
import { useApp } from '#renderer/app/context.ts'
import { commands } from '#renderer/app/commands.ts'
import { findingsOf } from '#renderer/features/review/findings.ts'
import { Dialog } from '#renderer/ui/primitives.tsx'
import { toKeyLabel } from './key-label.ts'
import { toPaletteItems, type PaletteItem } from './palette-items.ts'

export function Palette() {
  const { actions, store, run } = useApp()
  const [words, setWords] = useState('')
  const state = store.get()
  const mac = state.info?.platform === 'darwin'
  const items = useMemo(() => {
    const now = store.get()
    const possible = commands.filter((command) => command.id !== 'palette' && command.possible(now))
    return toPaletteItems(words, possible, findingsOf(now), now.topology.value?.view.nodes ?? [])
  }, [words, store])
  const groups = [...new Set(items.map((item) => item.group))]

  const choose = (item: PaletteItem): void => {
    actions.closeDialog()
    if (item.kind === 'command') run(item.id)
    else if (item.kind === 'node') {
      actions.goTo('review')
      actions.selectIds([item.id])
    } else {
      actions.goTo('review')
      actions.chooseFindingById(item.id)
    }
  }
  return (
    <Dialog open title="Commands" onClose={actions.closeDialog} className="palette">
      <Cmdk shouldFilter={false} label="Commands, findings and boxes" loop>
        <Cmdk.Input className="input" autoFocus value={words} onValueChange={setWords} placeholder="Type a command, a finding, a pool, a server…" />
        <Cmdk.List>
          <Cmdk.Empty className="muted pad">Nothing matches “{words}”.</Cmdk.Empty>
          {groups.map((group) => (
            <Cmdk.Group key={group} heading={group}>
              {items.filter((item) => item.group === group).map((item) => (
                <Cmdk.Item key={`${item.kind}:${item.id}`} value={`${item.kind}:${item.id}`} onSelect={() => choose(item)}>
                  <span>{item.title}</span>
                  {item.keys !== '' && (item.kind === 'command' ? <kbd>{toKeyLabel(item.keys, mac)}</kbd> : <small>{item.keys}</small>)}
                </Cmdk.Item>
              ))}
            </Cmdk.Group>
          ))}
        </Cmdk.List>
      </Cmdk>
    </Dialog>
  )
}
