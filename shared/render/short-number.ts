/** `.01` to `.99` without trailing zeros; nothing for whole numbers. */
const decimals: readonly string[] = Array.from({ length: 100 }, (_, hundredths) => String(hundredths / 100).slice(1))
/** Beyond it hundredths are no whole numbers of 32 bits any more. */
const largestQuick = 20_000_000

/**
 * A coordinate with at most two decimals, as `String(Math.round(value * 100) / 100)` gives it. A picture of a thousand
 * boxes has some forty thousand; putting the two halves together costs a third of the general way.
 */
export function shortNumber(value: number): string {
  if (value === Math.trunc(value)) return `${value}`
  if (!(value > -largestQuick && value < largestQuick)) return `${Math.round(value * 100) / 100}`
  const hundredths = Math.round(value * 100) | 0
  if (hundredths < 0) return `-${quick(-hundredths)}`
  return quick(hundredths)
}

function quick(hundredths: number): string {
  const whole = (hundredths / 100) | 0
  return whole + (decimals[hundredths - whole * 100] as string)
}
