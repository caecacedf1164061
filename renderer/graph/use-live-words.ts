import { useEffect, useRef } from 'react'
import type { LiveMarks } from '#shared/view/live-marks.ts'
import { liveSentence } from '#shared/view/live-style.ts'
import type { Surface } from './use-surface.ts'

/** Least time between two changes of what is spoken: marks may come ten times a second. */
const speakMs = 1000

/**
 * Gives boxes and edges in view their sentence about what runs, as description and in the tooltip. Written straight to
 * the elements: new numbers change no box, and nothing that a reader has selected or focused is made anew.
 * `mounted`: another value once other boxes or edges are elements.
 */
export function useLiveWords(live: LiveMarks | null, { wrapper }: Surface, mounted: unknown): void {
  const spokenAt = useRef(-Infinity)
  const mountedBefore = useRef<unknown>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  useEffect(() => {
    const write = (): void => {
      spokenAt.current = performance.now()
      for (const element of wrapper.current?.querySelectorAll<HTMLElement>('[data-box], [data-edge]') ?? []) {
        const mark = live?.byId.get(element.dataset['box'] ?? element.dataset['edge'] ?? '')
        const sentence = live === null ? '' : liveSentence(mark, live)
        if ((element.getAttribute('aria-description') ?? '') === sentence) continue
        if (sentence === '') element.removeAttribute('aria-description')
        else element.setAttribute('aria-description', sentence)
        if (element.dataset['box'] !== undefined) element.title = sentence === '' ? (element.dataset['tooltip'] ?? '') : `${element.dataset['tooltip'] ?? ''}\n${sentence}`
      }
    }
    clearTimeout(timer.current)
    // Boxes that have just come into view have no words yet; those get them at once.
    const isNew = mountedBefore.current !== mounted
    mountedBefore.current = mounted
    timer.current = setTimeout(write, isNew ? 0 : Math.max(0, spokenAt.current + speakMs - performance.now()))
  }, [live, wrapper, mounted])
}
