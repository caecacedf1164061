import type { ActionTools } from '#renderer/app/actions.ts'
import type { ReviewActions } from '#renderer/features/review/review-actions.ts'
import type { Side } from '#renderer/state/app-state.ts'
import { toFilesInput, watchHeld, type HeldFile } from './browser-files.ts'
import type { SideLoader } from './side-loader.ts'

/** Files that came into the window by dropping or choosing, looked at as long as they stand on a side. */
export interface HeldSides {
  /** Keeps looking at dropped files; a saved file is sent again and everything follows, place kept. */
  hold(side: Side, title: string, files: readonly HeldFile[]): void
  release(side: Side): void
  /** After the two sides were swapped. */
  swap(): void
}

interface Held {
  readonly files: readonly HeldFile[]
  stop(): void
}

export function createHeldSides({ store, notify }: Pick<ActionTools, 'store' | 'notify'>, loader: Pick<SideLoader, 'loadQuietly'>, review: Pick<ReviewActions, 'analyse'>): HeldSides {
  const held: Record<Side, Held | null> = { before: null, after: null }

  function rehold(side: Side): void {
    const now = held[side]
    const title = store.get()[side].value?.summary.title
    if (now === null || title === undefined) return
    now.stop()
    held[side] = null
    sides.hold(side, title, now.files)
  }

  const sides: HeldSides = {
    hold(side, title, files) {
      sides.release(side)
      let isHeld = true
      const endWatch = watchHeld(files, (now) => {
        void (async () => {
          const input = await toFilesInput(title, now)
          // Something else was put there while the files were read.
          if (!isHeld) return
          const result = input.ok ? await loader.loadQuietly(side, input.value) : input
          if (result === null) return
          if (!result.ok) notify(`${title} changed on disk and cannot be read any more: ${result.failure.message}`, 'problem')
          else {
            await review.analyse()
            notify(`${title} changed on disk, reloaded.`)
          }
        })()
      })
      const stop = (): void => {
        isHeld = false
        endWatch()
      }
      held[side] = { files, stop }
    },

    release(side) {
      held[side]?.stop()
      held[side] = null
    },

    swap() {
      const { before } = held
      held.before = held.after
      held.after = before
      rehold('before')
      rehold('after')
    },
  }
  return sides
}
