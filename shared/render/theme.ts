import type { Tone } from '#shared/presentation/presentation.ts'

export type ThemeName = 'light' | 'dark' | 'print'

/** Colours by the names of the design tokens, `#rrggbb`. Screen and export take them from here. */
export interface Theme {
  readonly bg: string
  readonly surface: string
  readonly raised: string
  readonly sunken: string
  readonly line: string
  readonly lineStrong: string
  readonly text: string
  readonly text2: string
  readonly text3: string
  readonly brass: string
  readonly added: string
  readonly removed: string
  readonly changed: string
  readonly same: string
  readonly critical: string
  readonly warning: string
  readonly notice: string
  readonly ok: string
  readonly maint: string
  readonly flowLow: string
  readonly flowMid: string
  readonly flowHigh: string
}

const dark: Theme = {
  bg: '#0d1015', surface: '#13181f', raised: '#1a212a', sunken: '#0a0d11',
  line: '#252e39', lineStrong: '#364251',
  text: '#e7ecf3', text2: '#a3b0c0', text3: '#6f7d8e',
  brass: '#e0b15a',
  added: '#35b8a6', removed: '#ec6a74', changed: '#e8b04b', same: '#5b6878',
  critical: '#ff5d78', warning: '#f0a63a', notice: '#5aa9ff', ok: '#44c27e',
  maint: '#9a87f5',
  flowLow: '#35506e', flowMid: '#4f8fd6', flowHigh: '#8cc4ff',
}

const light: Theme = {
  bg: '#f4f5f7', surface: '#ffffff', raised: '#ffffff', sunken: '#eceff3',
  line: '#dde2e9', lineStrong: '#bcc5d1',
  text: '#16202c', text2: '#4d5b6b', text3: '#7a8797',
  brass: '#96680f',
  added: '#0c7c6d', removed: '#c0323f', changed: '#966200', same: '#8793a1',
  critical: '#c81e3f', warning: '#a35c00', notice: '#1d63c4', ok: '#1c7c47',
  maint: '#5b45c9',
  flowLow: '#b9cbe0', flowMid: '#5c93d4', flowHigh: '#1d5fb4',
}

/** Light on white paper: no background, darker lines and small text. */
const print: Theme = { ...light, bg: '#ffffff', line: '#bcc5d1', lineStrong: '#7a8797', text: '#000000', text2: '#333d48', text3: '#4d5b6b', same: '#6f7a87' }

export const themes: Readonly<Record<ThemeName, Theme>> = { light, dark, print }

/** Colour of a tone: frames, signs, labels. */
export function toneColour(theme: Theme, tone: Tone): string {
  switch (tone) {
    case 'neutral': return theme.lineStrong
    case 'same': return theme.same
    case 'added': return theme.added
    case 'removed': return theme.removed
    case 'changed': return theme.changed
    case 'critical': case 'down': return theme.critical
    case 'warning': return theme.warning
    case 'notice': return theme.notice
    case 'ok': return theme.ok
    case 'maintenance': return theme.maint
    case 'unknown': return theme.text2
  }
}
