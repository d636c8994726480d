import { describe, inject } from 'vitest'
import { launchWebKit } from '../support/webkit.ts'
import { coreList } from './core-list.ts'
import { useEngineSite } from './engine-site.ts'
import { leavingAtOnce } from './leaving.ts'

describe.skipIf(inject('missingEngines').webkit)('WebKit', () => {
  const site = useEngineSite(launchWebKit)
  coreList(site)
  leavingAtOnce(site)
})
