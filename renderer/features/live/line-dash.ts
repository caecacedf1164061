/** Dashes tell lines apart where colours do not. */
export function dashOf(index: number, isOff: boolean): readonly number[] {
  return isOff ? [] : ([[], [6, 3], [2, 3], [8, 3, 2, 3]][Math.floor(index / 4) % 4] ?? [])
}
