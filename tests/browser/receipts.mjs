// The page /receipt/ checks a receipt in a real browser: a valid one, one with each member changed, without
// the right key, from a link, from a file; it makes no request. RECEIPT is a file, KEY the verifier key.
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { done, is, like, setting } from '../clients/tap.mjs';

const site = `${setting('URL')}/receipt/`;
const key = setting('KEY');
const original = readFileSync(setting('RECEIPT'), 'utf8').trim();
const receipt = JSON.parse(original);
const { transaction } = receipt;

const browser = await chromium.launch({
    executablePath: setting('CHROMIUM'),
    args: [
        ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
        `--ignore-certificate-errors-spki-list=${setting('SPKI')}`,
    ],
});

// A page in a context of its own, what it asked for, and what it had to complain about.
async function open(address, { script, ...options } = {}) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const requests = [];
    const complaints = [];

    page.setDefaultTimeout(20000);
    context.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    if (script) await page.addInitScript(script);
    const answer = await page.goto(address);
    return { page, requests, complaints, answer };
}

const text = (page, id) => page.locator(`#${id}`).textContent();

// What the page says of a receipt and a key.
async function verdict(page, json, keys) {
    await page.getByLabel('Receipt (JSON)').fill(json);
    await page.getByLabel('Verifier key').fill(keys);
    await page.getByRole('button', { name: 'Check' }).click();
    await page.locator('#result[data-verdict]').waitFor();
    return text(page, 'verdict');
}

// All receipts with one thing changed.
function* changes(at = receipt, path = []) {
    const changed = (change) => {
        const copy = structuredClone(receipt);
        change(path.reduce((value, step) => value[step], copy));
        return [path.join('.'), JSON.stringify(copy)];
    };
    const other = (value) => {
        if (value === null) return transaction.id;
        if (typeof value === 'number') return value + 1;
        const middle = value.length >> 1;
        return value.slice(0, middle) + String.fromCharCode(value.charCodeAt(middle) ^ 1) + value.slice(middle + 1);
    };

    if (Array.isArray(at)) yield changed((list) => list.push(list[0]?.name ? { ...list[0], name: 'to 7' } : list[0] ?? 'AAAA'));
    else yield changed((object) => { object.more = '1'; });
    for (const [step, value] of Object.entries(at)) {
        if (!Array.isArray(at)) yield changed((object) => { delete object[step]; });
        if (value !== null && typeof value === 'object') yield* changes(value, [...path, step]);
        else yield changed((object) => { object[step] = other(value); });
    }
}

const { page, requests, complaints, answer } = await open(site);
is('the page is served', answer.status(), 200);
like('with a policy that allows no inline script', answer.headers()['content-security-policy'],
    /^default-src 'none'; script-src 'self';(?!.*unsafe)/);
const loaded = [...requests];
is('it consists of these files', loaded,
    ['', 'receipt.css', 'currencies.js', 'check.js', 'receipt.js'].map((file) => `${site}${file}`));
is('nothing is said before something was asked', await page.locator('#result').isVisible(), false);

is('a valid receipt is valid', await verdict(page, original, `\n ${key} \n`), 'Valid');
const content = await text(page, 'content');
like('the page says what it proves', content, new RegExp(`Transaction${transaction.id}`));
like('the amount in major units, and both sides', content,
    new RegExp(`Amount12\\.50 NGN\\nfrom ${transaction.postings[0].fromAccountId}\\nto ${transaction.postings[0].toAccountId}`));
like('the balance', content, /afterwards87\.50 NGN/);
like('that it is test money', content, /MoneyTest money/);
like('which key has signed it', content, new RegExp(key.replaceAll('+', '\\+')));
is('what others wrote is text',
    [await page.locator('#content b').count(), /<b>Lunch<\/b>/.test(content)], [0, true]);
is('the verdict has the focus', await page.evaluate(() => document.activeElement.id), 'result');
await page.getByLabel('Receipt (JSON)').press('End');
await page.keyboard.type(' ');
is('a verdict does not outlive its receipt',
    [await page.locator('#result').isVisible(), await text(page, 'content')], [false, '']);

const accepted = [];
let tried = 0;
for (const [name, json] of changes()) {
    tried++;
    if (await verdict(page, json, key) !== 'Not valid' || await text(page, 'content') !== '') accepted.push(name);
}
is('none is valid with anything changed', accepted, []);
is('many things were changed', tried > 60, true);
is('nor with a member repeated', await verdict(page, original.replace('{', '{"format":"cowry-receipt/1",'), key), 'Not valid');
like('the page says what differs', await text(page, 'reason'), /the member format is repeated/);
is('text that is not JSON is not valid', await verdict(page, original.slice(1), key), 'Not valid');

const flipped = key.replace(/.(?=.$)/, (letter) => (letter === 'A' ? 'B' : 'A'));
is('nothing is valid with what is not a key', await verdict(page, original, 'key'), 'Not valid');
is('or with a key that has an error', await verdict(page, original, flipped), 'Not valid');
is('or with another key of the same name', await verdict(page, original, setting('OTHER_KEY')), 'Not valid');
like('since it has not signed', await text(page, 'reason'), /no known key has signed it/);
is('the right one may be among others', await verdict(page, original, `${setting('OTHER_KEY')}\n${key}`), 'Valid');

// A file.
await page.reload();
await page.getByLabel('or a file that has it').setInputFiles(setting('RECEIPT'));
await page.waitForFunction(() => document.getElementById('receipt').value !== '');
await page.getByLabel('Verifier key').fill(key);
await page.getByRole('button', { name: 'Check' }).click();
await page.locator('#result[data-verdict]').waitFor();
is('a receipt is taken from a file', await text(page, 'verdict'), 'Valid');
await page.getByLabel('or a file that has it').setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from([0xff]) });
await page.locator('#result[data-verdict="not valid"]').waitFor();
is('a file that is not UTF-8 is not read', await page.getByLabel('Receipt (JSON)').inputValue(), '');

// No way out.
is('no script of the page reaches a server', await page.evaluate(async () => {
    const blocked = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => blocked.push(effectiveDirective));
    const got = await fetch('/ready').then(() => 'answered', () => 'refused');
    await new Promise((resolve) => { setTimeout(resolve); });
    return [got, blocked];
}), ['refused', ['connect-src']]);
is('nothing was asked for but its files', requests.filter((url) => !loaded.includes(url)), []);
is('and nothing is stored', await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, '']);
is('it had nothing to complain about but this', complaints.filter((line) => !/Content Security Policy/.test(line)), []);

// A link.
const link = `${site}#${deflateSync(Buffer.from(original), { level: 9 }).toString('base64url')}`;
const linked = await open(link, { viewport: { width: 360, height: 640 }, isMobile: true });
await linked.page.waitForFunction(() => document.getElementById('receipt').value !== '');
is('a link brings its receipt', await linked.page.getByLabel('Receipt (JSON)').inputValue(), original);
is('and no key', await linked.page.getByLabel('Verifier key').inputValue(), '');
is('which is not sent', linked.requests, loaded);
await linked.page.getByLabel('Verifier key').fill(key);
await linked.page.getByRole('button', { name: 'Check' }).click();
await linked.page.locator('#result[data-verdict]').waitFor();
is('it is valid', await text(linked.page, 'verdict'), 'Valid');
is('a phone shows it without scrolling sideways',
    await linked.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth && window.innerWidth === 360), true);
const damaged = await open(link.slice(0, -8));
await damaged.page.locator('#result[data-verdict]').waitFor();
like('a damaged link says so', await text(damaged.page, 'reason'), /the link is damaged/);

// A browser without Ed25519.
const old = await open(site, {
    script: () => {
        crypto.subtle.importKey = () => Promise.reject(new DOMException('no such algorithm', 'NotSupportedError'));
    },
});
is('a browser that can\'t check signatures says so', await verdict(old.page, original, key), 'Not checked');
is('and shows nothing as proved', await text(old.page, 'content'), '');
is('what differs otherwise is not valid', await verdict(old.page, original.replace('12', '13'), key), 'Not valid');

await browser.close();
done();
