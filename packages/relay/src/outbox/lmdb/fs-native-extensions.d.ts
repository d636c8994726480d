declare module 'fs-native-extensions' {
  /** Takes an exclusive lock of the open file description. False when another holds it. */
  export function tryLock(fd: number): boolean
}
