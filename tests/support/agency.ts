import { createServer, type Server } from 'node:http';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll } from 'vitest';
import { freePort } from './hub.ts';

/** Who signs in at the agency, and what it says of them. */
export interface Employee { sub: string; email?: string; email_verified?: boolean; name?: string }

export const clientId = 'practice-hub';
export const clientSecret = 'a secret of thirty-two characters';

/** A real OpenID Connect provider on a port of its own, at which whoever comes is `employee`, without a form. */
export async function startAgency(redirectAddress: string, port: number): Promise<{ issuer: string; employee: Employee; stop: () => void }> {
  const issuer = `http://localhost:${port}`;
  const agency = { issuer, employee: { sub: 'nobody' } as Employee, stop: () => { server.close(); server.closeAllConnections(); } };
  const provider: Provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectAddress], response_types: ['code'], grant_types: ['authorization_code'] }],
    cookies: { keys: ['a key for the tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    // As agencies' servers do: the claims stand in the ID token.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 60, Interaction: 60, Session: 60, Grant: 60 },
    findAccount: (_, sub) => ({ accountId: sub, claims: async () => ({ ...agency.employee, sub }) }),
    async loadExistingGrant({ oidc: { client, session } }) {
      const grant = new provider.Grant({ clientId: client?.clientId ?? '', accountId: session?.accountId ?? '' });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  const server: Server = createServer((request, response) => {
    if (request.url?.startsWith('/interaction/')) void provider.interactionFinished(request, response, { login: { accountId: agency.employee.sub, remember: false } });
    else void answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  return agency;
}

/** The same for a test file whose hub runs in the test itself: its settings are made before anybody reads them. */
export function useAgency(hubUrl: string) {
  let agency: Awaited<ReturnType<typeof startAgency>>;
  beforeAll(async () => {
    agency = await startAgency(`${hubUrl}/sign-in/agency/back`, await freePort());
    Object.assign(process.env, { HUB_OIDC_ISSUER: agency.issuer, HUB_OIDC_CLIENT_ID: clientId, HUB_OIDC_CLIENT_SECRET: clientSecret, HUB_OIDC_NAME: 'Example County' });
  });
  afterAll(() => agency.stop());
  return {
    /** Goes to the agency as this employee, and returns the query with which it sends the browser back. */
    async visit(url: string, employee: Employee): Promise<string> {
      agency.employee = employee;
      const jar = new Map<string, string>();
      for (let at = url, n = 0; n < 8; n++) {
        if (at.startsWith(hubUrl)) return new URL(at).search;
        const response = await fetch(at, { redirect: 'manual', headers: { cookie: [...jar].map((pair) => pair.join('=')).join('; ') } });
        for (const cookie of response.headers.getSetCookie()) {
          const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split(/=(.*)/s);
          jar.set(name, value);
        }
        const location = response.headers.get('location');
        if (!location) throw new Error(`The agency answered ${response.status}: ${await response.text()}`);
        at = new URL(location, at).href;
      }
      throw new Error('The agency sent us around in circles.');
    },
  };
}
