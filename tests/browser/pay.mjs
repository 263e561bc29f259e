// Somebody signs in on our page and pays a merchant by QR code, in a real browser; pages of others try
// the same with their cookie.
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { done, is, like, setting } from '../clients/tap.mjs';

const site = setting('URL');
const PAY = `${site}/api/transactions/qr-payment`;
const merchant = setting('MERCHANT');

// A page of somebody else, over TLS with the same certificate: as https://localhost:<port> it is
// another origin of the same site, which gets cookies sent; as https://127.0.0.1 another site.
const evil = createServer(
    { key: readFileSync(setting('TLS_KEY')), cert: readFileSync(setting('TLS_CERTIFICATE')) },
    (request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/html' });
        response.end('<!doctype html><title>A prize</title>');
    },
);
await new Promise((resolve) => { evil.listen(0, resolve); });

const browser = await chromium.launch({
    executablePath: setting('CHROMIUM'),
    args: [
        ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
        // The one key that the test's server has, and no other.
        `--ignore-certificate-errors-spki-list=${setting('SPKI')}`,
    ],
});
const context = await browser.newContext();
const page = await context.newPage();
const complaints = [];
page.on('pageerror', (error) => complaints.push(error.message));
page.on('console', (message) => {
    // A refusal that the page is there to show is no complaint.
    if (message.type() === 'error' && !/status of 40[0-9]/.test(message.text()))
        complaints.push(message.text());
});
page.setDefaultTimeout(20000);

const text = (id) => page.locator(`#${id}`).textContent();

async function said(pattern) {
    await page.locator('#message', { hasText: pattern }).waitFor();
    return text('message');
}

// How often the person has paid by QR code, as their own page can ask.
function paid() {
    return page.evaluate(async () => {
        const answer = await fetch('/api/transactions?type=qr_payment');
        return (await answer.json()).pagination.total;
    });
}

// Sign in.
const answer = await page.goto(`${site}/drop/`);
is('the page is served', answer.status(), 200);
like('its policy allows no inline script', answer.headers()['content-security-policy'],
    /^default-src 'none'; script-src 'self';(?!.*unsafe)/);
await page.locator('#email').fill(setting('EMAIL'));
await page.locator('#password').fill('not-the-password-1');
await page.getByRole('button', { name: 'Sign in' }).click();
like('a wrong password is refused', await said(/\S/), /./);
is('and nobody is signed in', await page.locator('#home').isVisible(), false);
await page.locator('#password').fill(setting('PASSWORD'));
await page.getByRole('button', { name: 'Sign in' }).click();
await page.locator('#home').waitFor();
like('the person is greeted', await text('person'), /^Jane Doe$/);
like('the primary account is shown', await text('bank'), /\d{4}\.\d{2}\.\d{5}$/);
const before = parseFloat(await text('balance'));
is('with its balance', before > 129.5, true);

const [cookie] = (await context.cookies()).filter((one) => one.name === 'drop_token');
is('the cookie is out of reach of scripts and plain HTTP',
    [cookie.httpOnly, cookie.secure, cookie.sameSite, cookie.path], [true, true, 'Lax', '/']);
is('no script sees it', await page.evaluate(() => document.cookie), '');

// Pay.
await page.locator('#qr').fill('https://elsewhere.example/');
await page.locator('#amount').fill('129.50');
await page.getByRole('button', { name: 'Pay' }).click();
like('what is no QR code of a merchant is not paid', await said('not a merchant QR code'), /merchant/);
await page.locator('#qr').fill(`drop://pay/${merchant}`);
await page.locator('#amount').fill('129.50');
await page.getByRole('button', { name: 'Pay' }).dblclick();
is('the merchant is paid', await said('129.50'), `Paid 129.50 NOK to ${setting('BUSINESS')}`);
is('once, however often the button was clicked', await paid(), 1);
await page.reload();
await page.locator('#home').waitFor();
is('who comes back is signed in', await text('person'), 'Jane Doe');

// What another origin's page gets for a request with the person's cookies. Other content types than a
// form's are asked about first, and not sent.
async function attack(host, method, url, type) {
    const other = await context.newPage();
    let sent = null;

    other.on('request', (request) => {
        if (request.url() === url && request.method() === method) sent = request;
    });
    await other.goto(`https://${host}:${evil.address().port}/`);
    await other.evaluate(async ([how, where, id, content]) => {
        await fetch(where, {
            method: how,
            mode: content === 'application/json' ? 'cors' : 'no-cors',
            credentials: 'include',
            headers: content ? { 'Content-Type': content } : {},
            body: how === 'POST' ? JSON.stringify({ merchantId: id, amount: 500 }) : undefined,
        }).catch(() => null);
    }, [method, url, merchant, type]);
    const got = sent && (await sent.response().catch(() => null));
    await other.close();
    return got ? got.status() : 'not sent';
}

is('another origin of our site has the cookie sent',
    await attack('localhost', 'GET', `${site}/api/auth/me`), 200);
is('but what it wants to change is refused', await attack('localhost', 'POST', PAY, 'text/plain'), 403);
is('another site does not have it sent', await attack('127.0.0.1', 'GET', `${site}/api/auth/me`), 401);
like('and is refused', await attack('127.0.0.1', 'POST', PAY, 'text/plain'), /^40[13]$/);
is('JSON from another origin is not sent', await attack('localhost', 'POST', PAY, 'application/json'),
    'not sent');
is('nothing was paid by any of them', await paid(), 1);

// Sign out.
await page.getByRole('button', { name: 'Sign out' }).click();
await said('Signed out');
is('signed out, the form is back', await page.locator('#sign-in').isVisible(), true);
is('and the session is over', await page.evaluate(async () => (await fetch('/api/auth/me')).status), 401);
is('the page had nothing to complain about', complaints, []);

await browser.close();
evil.close();
done();
