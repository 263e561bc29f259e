// What the front end of MyMoolah asks and reads, as its pages do it with fetch. URL is where Cowry is
// served, ADMIN an administrator's token that puts rands into the wallet.
import { done, is, like, setting } from './tap.mjs';

const base = setting('URL');
let token = null;

async function request(endpoint, options = {}) {
    const response = await fetch(`${base}${endpoint}`, {
        ...options,
        headers: {
            'Content-Type': 'application/json',
            ...(token && { Authorization: `Bearer ${token}` }),
            ...options.headers,
        },
    });
    return { ok: response.ok, status: response.status, data: await response.json() };
}
const post = (endpoint, body) => request(endpoint, { method: 'POST', body: JSON.stringify(body) });

// Registration and the session that is looked at when the app starts.
const phone = `+2782${String(Date.now()).slice(-7)}`;
const registered = await post('/api/v1/auth/register', {
    name: 'Andre Test', email: `${phone.slice(1)}@cowry.example`, phoneNumber: phone,
    password: 'correct-horse-42', idNumber: `P${phone.slice(1)}`, idType: 'passport',
});
is('registration', [registered.status, registered.data.user.kycStatus], [201, 'not_started']);
token = registered.data.token;
const verified = await request('/api/v1/auth/verify');
is('the token is verified', [verified.ok, verified.data.user.phoneNumber, verified.data.user.name],
    [true, phone, 'Andre Test']);

// The dashboard.
const balance = await request('/api/v1/wallets/balance');
is('the balance', [balance.data.data.available, balance.data.data.currency], [0, 'ZAR']);
const credited = await fetch(`${base}/v1/admin/wallets/credit`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${setting('ADMIN')}` },
    body: JSON.stringify({ walletId: balance.data.data.walletId, amount: '1000.5', currency: 'ZAR',
        reference: `seed-${Date.now()}`, reason: 'Test' }),
});
is('money comes in', credited.status, 201);
const history = await request('/api/v1/wallets/transactions?limit=5');
const [line] = history.data.data.transactions;
is('as a deposit', [line.type, line.subtype, line.status, line.amount],
    ['deposit', 'admin_credit', 'completed', 1000.5]);

// The vouchers' page.
const issued = await post('/api/v1/vouchers/issue', {
    original_amount: 100, voucher_type: 'mm_voucher', description: '', merchant: '', issued_to: undefined,
});
is('a voucher is issued', [issued.status, issued.data.data.wallet_balance], [201, '900.50']);
like('with its code', issued.data.data.voucher_code, /^[0-9]{16}$/);
const vouchers = await request('/api/v1/vouchers/');
is('and listed', vouchers.data.data.vouchers.map((v) => [v.voucherType, v.status, parseFloat(v.balance)]),
    [['standard', 'active', 100]]);
const redeemed = await post('/api/v1/vouchers/redeem', {
    voucher_code: issued.data.data.voucher_code, amount: null, redeemer_id: null,
    merchant_id: 'MM_MERCHANT', service_provider_id: 'MM_SYSTEM',
});
is('it is redeemed into the wallet',
    [redeemed.status, redeemed.data.data.redeemed_amount, redeemed.data.data.wallet_balance],
    [200, '100.00', '1000.50']);
const again = await post('/api/v1/vouchers/redeem', {
    voucher_code: issued.data.data.voucher_code, amount: null, merchant_id: 'MM_MERCHANT' });
is('once', [again.ok, again.data.message], [false, again.data.error]);

// The settings.
const settings = await request('/api/v1/settings');
is('the services', settings.data.data.availableServices.map((s) => [s.id, s.enabled]),
    [['send_money', true], ['vouchers', true]]);

done();
