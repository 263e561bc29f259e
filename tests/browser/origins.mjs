// A page of another origin calls the APIs in a real browser: what the operator has listed works, what
// is not listed doesn't. SITE_PORT and STRANGER_PORT are where the pages are served; the first one is
// in COWRY_ALLOWED_ORIGINS.
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { done, is, like, setting } from '../clients/tap.mjs';

const api = setting('URL');

// Pages over TLS with the same certificate; another port is another origin of the same site.
async function serve(port) {
    const server = createServer(
        { key: readFileSync(setting('TLS_KEY')), cert: readFileSync(setting('TLS_CERTIFICATE')) },
        (request, response) => {
            response.writeHead(200, { 'Content-Type': 'text/html' });
            response.end('<!doctype html><title>An app</title>');
        },
    );
    await new Promise((resolve) => { server.listen(Number(port), resolve); });
    return { server, origin: `https://localhost:${port}` };
}

const app = await serve(setting('SITE_PORT'));
const stranger = await serve(setting('STRANGER_PORT'));
const browser = await chromium.launch({
    executablePath: setting('CHROMIUM'),
    args: [
        ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
        `--ignore-certificate-errors-spki-list=${setting('SPKI')}`,
    ],
});
const context = await browser.newContext();

async function open({ origin }) {
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    await page.goto(origin);
    return page;
}

// fetch() in a page: what it sees, or "blocked".
function ask(page, path, options = {}) {
    return page.evaluate(async ([url, init]) => {
        try {
            const answer = await fetch(url, init);
            const text = await answer.text();
            let body = text;

            try { body = JSON.parse(text); } catch { /* not JSON */ }
            return {
                status: answer.status,
                body,
                id: answer.headers.get('X-Request-Id'),
                wait: answer.headers.get('Retry-After'),
            };
        } catch (error) {
            return { status: 'blocked', why: String(error) };
        }
    }, [`${api}${path}`, options]);
}

const json = (method, body, more = {}) => ({
    method,
    headers: { 'Content-Type': 'application/json', ...more },
    body: JSON.stringify(body),
});
const bearer = { Authorization: `Bearer ${setting('TOKEN')}` };

const page = await open(app);
const evil = await open(stranger);

// Every dialect, by token: each of these has a preflight.
const paths = ['/v1/auth/me', '/api/v1/wallet/balance', '/api/wallet/balance',
    '/api/v1/wallets/balance', '/api/settings'];
for (const path of paths) {
    const seen = await ask(page, path, { headers: bearer });
    is(`a listed origin reads ${path}`, [seen.status, seen.id !== null], [200, true]);
    is(`another one doesn't read ${path}`,
        (await ask(evil, path, { headers: bearer })).status, 'blocked');
}
const posted = await ask(page, '/api/v1/vouchers/redeem',
    json('POST', { voucher_code: '1093237161056639', amount: null },
        { ...bearer, 'Idempotency-Key': `k-${Date.now()}` }));
is('a POST with an Idempotency-Key is let through', [posted.status, posted.body.code],
    [404, 'VOUCHER_NOT_FOUND']);
is('a method that the path does not take is not',
    (await ask(page, '/v1/auth/me', { method: 'PUT', headers: bearer })).status, 'blocked');
is('nor a header that is not taken',
    (await ask(page, '/v1/auth/me', { headers: { ...bearer, 'X-Odd': '1' } })).status, 'blocked');

// Errors can be read, of the workers and of nginx itself.
const wrong = await ask(page, '/v1/auth/me', { headers: { Authorization: 'Bearer x' } });
is('a refusal can be read', [wrong.status, wrong.body.code], [401, 'UNAUTHORIZED']);
const large = await ask(page, '/api/v1/vouchers/redeem',
    json('POST', { voucher_code: 'x'.repeat(70000) }, bearer));
is("nginx's own refusal can be read", [large.status, large.body.code], [413, 'BODY_TOO_LARGE']);
is('by those that are listed only', (await ask(evil, '/api/v1/vouchers/redeem',
    { method: 'POST', body: 'x'.repeat(70000) })).status, 'blocked');

// Drop's cookie: another origin of the same site signs in, and changes something.
const include = { credentials: 'include' };
const login = await ask(page, '/api/auth/login', {
    ...json('POST', { email: setting('EMAIL'), password: setting('PASSWORD') }), ...include });
is('a listed origin signs in', login.status, 200);
like('with a cookie', (await context.cookies(api)).map((one) => one.name).join(' '), /drop_token/);
const me = await ask(page, '/api/auth/me', include);
is('which it may use', [me.status, me.body.data?.email], [200, setting('EMAIL')]);
const changed = await ask(page, '/api/settings', { ...json('PATCH', { language: 'en' }), ...include });
is('to change something, too', [changed.status, changed.body.data?.language], [200, 'en']);
is('another origin has no use of it', (await ask(evil, '/api/auth/me', include)).status, 'blocked');
await ask(evil, '/api/settings', { ...json('PATCH', { language: 'sq' }), ...include });
is('nor changes anything', (await ask(page, '/api/settings', include)).body.data?.language, 'en');
// A form needs no preflight; it is not JSON, and comes from elsewhere.
await evil.evaluate(async (url) => {
    await fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body: 'x=1' })
        .catch(() => {});
}, `${api}/api/auth/logout`);
is('nor signs the person out', (await ask(page, '/api/auth/me', include)).status, 200);

await browser.close();
app.server.close();
stranger.server.close();
done();
