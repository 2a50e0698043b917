/** Headers as Node takes them without copying: name, value, name, value … */
export type RawHeaders = readonly string[];

const policy = [
  "default-src 'none'", "script-src 'self'", "worker-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'", "connect-src 'self'", "manifest-src 'self'",
  "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
].join('; ');

// Pagefind's WebAssembly runs in its worker, so only the worker's own response may allow it.
const workerPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

// Pieces of data for scripts: nothing in them ever runs, and a search loads dozens.
const dataPolicy = "default-src 'none'; frame-ancestors 'none'";

const switchedOff = ['accelerometer', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'magnetometer', 'microphone', 'midi', 'payment', 'usb'].map((feature) => `${feature}=()`).join(', ');

/** The security headers that every answer carries; with https also the promise to stay with it. `data` is for what no browser shows or runs. */
export function securityHeaders({ https, forOtherSites = false, worker = false, data = false }: { https: boolean; forOtherSites?: boolean; worker?: boolean; data?: boolean }): RawHeaders {
  return [
    'Content-Security-Policy', worker ? workerPolicy : data ? dataPolicy : policy,
    'X-Content-Type-Options', 'nosniff',
    'X-Frame-Options', 'DENY',
    'Referrer-Policy', 'strict-origin-when-cross-origin',
    ...(data ? [] : ['Permissions-Policy', switchedOff]),
    'Cross-Origin-Opener-Policy', 'same-origin',
    'Cross-Origin-Resource-Policy', forOtherSites ? 'cross-origin' : 'same-origin',
    ...(forOtherSites ? ['Access-Control-Allow-Origin', '*'] : []),
    ...(https ? ['Strict-Transport-Security', 'max-age=31536000'] : []),
  ];
}

/** For what anybody may see: kept by browsers and proxies, but asked for again each time, which is cheap thanks to the ETag. */
export const forEverybody = 'public, max-age=0, must-revalidate';
/** For what is meant for one person, or for one moment. */
export const forOneReader = 'private, no-store';
