/** A part of 1 in percent, with one decimal where it is small. */
export function percentText(part: number): string {
  return `${(part * 100).toFixed(part > 0 && part < 0.1 ? 1 : 0)} %`
}
