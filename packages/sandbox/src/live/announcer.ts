/** Something that happened, told to whoever watches: by id only, so that no watcher holds personal data. */
export type Announcement = {
  readonly kind: 'accepted' | 'computed' | 'trashed' | 'interaction' | 'reset'
  readonly id: string
}

export type Announcer = {
  announce(announcement: Announcement): void
  /** Hears everything from now on, until the returned function is called. */
  listen(hear: (announcement: Announcement) => void): () => void
}

export const createAnnouncer = (): Announcer => {
  const listeners = new Set<(announcement: Announcement) => void>()
  return {
    announce: (announcement) => {
      for (const hear of listeners) hear(announcement)
    },
    listen: (hear) => {
      listeners.add(hear)
      return () => void listeners.delete(hear)
    },
  }
}
