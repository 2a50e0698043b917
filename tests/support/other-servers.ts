import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { fetchGuarded, type Ask, type FetchOptions, type NetworkAddress } from '#lib/fetch-guarded.ts';

/** A certificate for good.example that nobody trusts unless told to, and its key: made for the tests, good until 2126. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBnTCCAUSgAwIBAgIUIQUXLJz3wQi6/8NDhZMq+NCX6xEwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMZ29vZC5leGFtcGxlMCAXDTI2MTEyNDAwMzAxNFoYDzIxMjYx
MDMxMDAzMDE0WjAXMRUwEwYDVQQDDAxnb29kLmV4YW1wbGUwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAARDGiZ9YkLlbfnjs6Y5b4KgyYuCm+sROHOOdHUiACwlFW9i
XGSVtbW7PWeTMtJ7BU1vWyyhTbvAgLybLN2UtW55o2wwajAdBgNVHQ4EFgQURo8U
zTRqohvPzWofnC61w73Wc5EwHwYDVR0jBBgwFoAURo8UzTRqohvPzWofnC61w73W
c5EwDwYDVR0TAQH/BAUwAwEB/zAXBgNVHREEEDAOggxnb29kLmV4YW1wbGUwCgYI
KoZIzj0EAwIDRwAwRAIgJRjTGfguvCd8RbaUemlpobG5QITUH9DjP72CJfVTzTYC
IF5cu02CsYuZcI9b+zA3Oy7FstOc80VpeuLc5fgPTsA+
-----END CERTIFICATE-----`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgfApqhsLY3JzFhdV5
J4SCJWFcffMwW6fha8yVceDHzdChRANCAARDGiZ9YkLlbfnjs6Y5b4KgyYuCm+sR
OHOOdHUiACwlFW9iXGSVtbW7PWeTMtJ7BU1vWyyhTbvAgLybLN2UtW55
-----END PRIVATE KEY-----`;

export interface Asked { host: string; method: string; path: string; headers: Record<string, unknown> }

/**
 * Other people's web servers: one here that answers for every name. The test says what it answers; `ask` reaches it and nothing else.
 * Names that end in `.gone` do not exist, those that end in `.down` refuse the connection.
 */
export function useOtherServers() {
  const servers: Server[] = [];
  const other = {
    port: 0,
    securePort: 0,
    /** What was asked, in order, since the last `forget`. */
    asked: [] as Asked[],
    /** How often each name was resolved. */
    resolved: [] as string[],
    answer: ((_request, response) => response.end('here')) as RequestListener,
    /** `http://host:port/path` for a host of the test's own. */
    at: (host: string, path = '/') => `http://${host}:${other.port}${path}`,
    secureAt: (host: string, path = '/') => `https://${host}:${other.securePort}${path}`,
    options: (): FetchOptions => ({ resolve: other.resolve, ports: [other.port, other.securePort, closedPort], isPublic: () => true, timeoutMs: 5_000 }),
    ask: ((url, options) => fetchGuarded(url, { ...other.options(), ...options })) as Ask,
    resolve: async (host: string): Promise<NetworkAddress[]> => {
      other.resolved.push(host);
      if (host.endsWith('.gone')) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
      if (host.endsWith('.down')) throw Object.assign(new Error('connect ENETUNREACH'), { code: 'ENETUNREACH' });
      return [{ address: '127.0.0.1', family: 4 }];
    },
    forget: () => { other.asked = []; other.resolved = []; },
  };
  const listen: RequestListener = (request, response) => {
    other.asked.push({ host: (request.headers.host ?? '').replace(/:\d+$/, ''), method: request.method ?? '', path: request.url ?? '', headers: request.headers });
    return other.answer(request, response);
  };
  const start = async (server: Server): Promise<number> => {
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return (server.address() as AddressInfo).port;
  };
  let closedPort = 0;

  beforeAll(async () => {
    other.port = await start(createServer(listen));
    other.securePort = await start(createSecureServer({ key, cert: certificate }, listen));
    closedPort = await start(createServer());
    servers.pop()?.close();
  });
  afterAll(() => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  });
  return Object.assign(other, { closedPort: () => closedPort });
}
