/** Numbers for pairs of numbers: equal pairs, equal numbers. */
export class PairNumbers {
  private readonly bySecond = new Map<number, Map<number, number>>()
  private count = 0

  of(first: number, second: number): number {
    let known = this.bySecond.get(second)
    if (known === undefined) {
      known = new Map()
      this.bySecond.set(second, known)
    }
    let number = known.get(first)
    if (number === undefined) {
      number = this.count
      this.count += 1
      known.set(first, number)
    }
    return number
  }
}
