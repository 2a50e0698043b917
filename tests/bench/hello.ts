import { createServer } from 'node:http';

// The yardstick: the least a Node server can do.
createServer((_, response) => {
  response.setHeader('content-type', 'text/plain');
  response.end('hello');
}).listen(Number(process.env['PORT']), '127.0.0.1');
