import { ExportDialog } from '#renderer/features/export/ExportDialog.tsx'
import { ApproveDialog, RestoreDialog, SnapshotDialog } from '#renderer/features/history/HistoryDialogs.tsx'
import { NoteDialog } from '#renderer/features/live/NoteDialog.tsx'
import { WaiveDialog } from '#renderer/features/live/WaiveDialog.tsx'
import { ChooseDialog, GitDialog, OpenDialog } from '#renderer/features/open/OpenDialog.tsx'
import { KeySheet } from '#renderer/features/palette/KeySheet.tsx'
import { Palette } from '#renderer/features/palette/Palette.tsx'
import { useAppState } from './context.ts'

/** The one dialog that is open, if any. */
export function Dialogs() {
  const dialog = useAppState((state) => state.dialog)
  switch (dialog.kind) {
    case 'none': return null
    case 'open': return <OpenDialog side={dialog.side} />
    case 'git': return <GitDialog side={dialog.side} />
    case 'choose': return <ChooseDialog title={dialog.title} choices={dialog.choices} />
    case 'approve': return <ApproveDialog snapshotId={dialog.snapshotId} />
    case 'snapshot': return <SnapshotDialog />
    case 'restore': return <RestoreDialog snapshotId={dialog.snapshotId} source={dialog.source} />
    case 'note': return <NoteDialog />
    case 'waive': return <WaiveDialog alert={dialog.alert} />
    case 'export': return <ExportDialog />
    case 'palette': return <Palette />
    case 'keys': return <KeySheet />
  }
}
