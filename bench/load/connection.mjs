import { connect } from 'node:net'

/**
 * A keep-alive connection that sends one request at a time. Written by hand over a bare socket: a client library would
 * take more of the machine than the servers it is to measure.
 *
 * @param onAnswer called with the connection and the status
 */
export const openConnection = (port, onAnswer) => {
  const socket = connect(port, '127.0.0.1').setNoDelay()
  let heard = ''
  const connection = { send: (bytes) => socket.write(bytes), close: () => socket.destroy() }
  socket.on('data', (chunk) => {
    heard += chunk.latin1Slice()
    const head = heard.indexOf('\r\n\r\n')
    if (head < 0 || heard.length < head + 4 + lengthIn(heard.slice(0, head))) return
    const status = Number(heard.slice(9, 12))
    heard = ''
    onAnswer(connection, status)
  })
  return connection
}

const lengthIn = (head) => Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
