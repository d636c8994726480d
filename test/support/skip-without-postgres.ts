import { beforeEach, inject } from 'vitest'

const given = inject('postgres')

// Never silently: each test says why it did not run.
beforeEach(({ skip }) => {
  if (given && 'missing' in given) skip(given.missing)
})
