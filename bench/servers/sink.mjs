/** The upstream of the forwarding benches: a bare node:http server that reads the body and answers as the API does. */
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  request.resume()
  response.setHeader('content-type', 'application/json')
  request.on('end', () => response.end('"0190a6a0-0000-7000-8000-000000000000"'))
})
server.listen(0, '127.0.0.1', () => process.send({ origin: `http://127.0.0.1:${server.address().port}` }))
