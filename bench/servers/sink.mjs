/** The upstream of the forwarding benches: a bare node:http server that reads the body and answers as the API does. */
import { createServer } from 'node:http'

let answered = 0
/** Of its own for each item, as the API's: what a relay remembers of ids is to be seen. */
const nextId = () => {
  answered += 1
  return `0190a6a0-0000-7000-8000-${answered.toString(16).padStart(12, '0')}`
}

const server = createServer((request, response) => {
  request.resume()
  response.setHeader('content-type', 'application/json')
  request.on('end', () => response.end(`"${nextId()}"`))
})
server.listen(0, '127.0.0.1', () => process.send({ origin: `http://127.0.0.1:${server.address().port}` }))
