import { Type } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'
import { DateTime, opaque, ProjectId } from './identifiers.ts'
import { Metric } from './metric.ts'
import { ORDER, pageOf, SLICE } from './page.ts'

export const METRICS = {
  listUserMetrics: endpoint('listUserMetrics', {
    area: 'metrics',
    summary: 'List the states and statistics of a user’s events',
    description:
      'The reference describes the id as an event’s and shows an event as the answer; title and filters speak of a user’s metrics, which is the reading taken here.',
    source: 'reference',
    auth: 'bearer',
    idempotent: true,
    params: Type.Object({ projectId: ProjectId, id: opaque('Id of the user.', '66f1a0b2c3d4e5f60718293a') }),
    query: Type.Object({
      type: Type.Optional(
        Type.Union([Type.Literal('state'), Type.Literal('statistic')], {
          description: 'Only these; both when absent.',
        }),
      ),
      since: Type.Optional(DateTime('Earliest date of the metric itself, inclusive.')),
      until: Type.Optional(DateTime('Latest date of the metric itself, inclusive.')),
      sort: Type.Optional(
        Type.Union([Type.Literal('createdAt'), Type.Literal('updatedAt'), Type.Literal('metricDate')], {
          description: 'Which date sorts.',
        }),
      ),
      ...ORDER,
      ...SLICE,
    }),
    response: pageOf(Metric),
    refusals: { 404: 'No such user in this project.' },
  }),
}
