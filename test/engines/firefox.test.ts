import { describe, inject } from 'vitest'
import { launchFirefox } from '../support/firefox.ts'
import { coreList } from './core-list.ts'
import { useEngineSite } from './engine-site.ts'

describe.skipIf(inject('missingEngines').firefox)('Firefox', () => {
  coreList(useEngineSite(launchFirefox))
})
