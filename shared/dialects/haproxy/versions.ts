/** Major and minor of a version text; an unreadable one counts as 2.6, the reference version. */
export function versionNumber(version: string): readonly [number, number] {
  const parts = version.split('.')
  const major = Number.parseInt(parts[0] ?? '', 10)
  const minor = Number.parseInt(parts[1] ?? '0', 10)
  return Number.isNaN(major) ? [2, 6] : [major, Number.isNaN(minor) ? 0 : minor]
}

export function isVersionAtLeast(version: string, major: number, minor: number): boolean {
  const [haveMajor, haveMinor] = versionNumber(version)
  return haveMajor > major || (haveMajor === major && haveMinor >= minor)
}
