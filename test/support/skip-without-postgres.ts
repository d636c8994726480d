import { beforeEach } from 'vitest'
import { given } from './given.ts'

const postgres = await given('postgres')

// Never silently: each test says why it did not run.
beforeEach(({ skip }) => {
  if ('missing' in postgres) skip(postgres.missing)
})
