import { useCallback } from 'react'
import { useAppState } from '#renderer/app/context.ts'

/** The picture that goes to paper, in a shadow root: its styles stay its own, and the fonts of the page are there. */
export function PrintPicture() {
  const svg = useAppState((state) => state.printPicture)
  const fill = useCallback((host: HTMLDivElement | null) => {
    if (host === null || svg === null) return
    const drawn = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement
    drawn.setAttribute('style', 'display: block; width: 100%; height: auto; max-height: 230mm')
    ;(host.shadowRoot ?? host.attachShadow({ mode: 'open' })).replaceChildren(document.importNode(drawn, true))
  }, [svg])
  return svg === null ? null : <div className="print-picture" ref={fill} />
}
