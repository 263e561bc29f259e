// The Quick Start of Bitpal's documents, by axios. URL is where Cowry is served; EMAIL is whom the
// sandbox signs in, FRIEND to whom money is sent.
import axios from 'axios';
import { done, is, like, refused, setting, within } from './tap.mjs';

const api = axios.create({ baseURL: `${setting('URL')}/api/v1` });

// What a browser does with google_auth_url, when the person consents at once.
async function signIn(email) {
    const { data: started } = await api.get('/auth/google?redirect=false');
    const consent = await axios.get(
        `${started.data.google_auth_url}&login_hint=${encodeURIComponent(email)}`,
        { maxRedirects: 0, validateStatus: (status) => status === 302 },
    );
    const { data } = await axios.get(consent.headers.location);

    return { started, ...data };
}

// 1. Authenticate with Google OAuth
const session = await signIn(setting('EMAIL'));
is('the sign-in URL comes as JSON', session.started.message, 'Google OAuth URL generated');
is('the callback signs in', session.message, 'Authentication successful');
is('with a bearer token', session.data.token_type, 'bearer');
is('for the person at Google', session.data.user.email, setting('EMAIL'));
like('who has a wallet', session.data.user.wallet_number, /^[0-9]{13}$/);
const friend = await signIn(setting('FRIEND'));
const jwt = { headers: { Authorization: `Bearer ${session.data.access_token}` } };

// 2. Create API Key
const { data: key, status } = await api.post('/keys/create',
    { name: 'my-service', permissions: ['deposit', 'read'], expiry: '1D' }, jwt);
is('a key is created', [status, key.status_code, key.message], [201, 201, 'API key created successfully']);
like('and shown once', key.data.api_key, /^sk_live_[0-9A-Za-z]{12}$/);

// 3. List Your API Keys
const { data: keys } = await api.get('/keys/list', jwt);
is('it is listed', [keys.data.total, keys.data.active_count, keys.data.keys[0].name], [1, 1, 'my-service']);
is('by its beginning only', keys.data.keys[0].key_prefix, key.data.api_key.slice(0, 12));

// 4. Check Balance (with API Key)
const byKey = { headers: { 'x-api-key': key.data.api_key } };
const { data: empty } = await api.get('/wallet/balance', byKey);
is('the balance', [empty.message, empty.data], ['Balance retrieved', { balance: 0 }]);

// 5. Make Deposit
const { data: deposit } = await api.post('/wallet/deposit', { amount: 5000 }, jwt);
is('a deposit begins', deposit.message, 'Deposit initiated');
like('with a reference', deposit.data.reference, /^DEP_[0-9]+_[0-9A-Z]{8}$/);
const state = async () =>
    (await api.get(`/wallet/deposit/${deposit.data.reference}/status`, byKey)).data.data;
is('it waits for the money', await state(), { reference: deposit.data.reference, status: 'pending', amount: 5000 });
await axios.post(deposit.data.authorization_url, new URLSearchParams({ outcome: 'success' }),
    { maxRedirects: 0, validateStatus: (s) => s < 400 });
is('paid, it is credited',
    await within(10, async () => (await state()).status === 'success'), true);
is('the balance has it', (await api.get('/wallet/balance', byKey)).data.data, { balance: 5000 });

// 6. Transfer Funds
const { data: transfer } = await api.post('/wallet/transfer',
    { wallet_number: friend.data.user.wallet_number, amount: 1000 }, jwt);
is('a transfer completes', transfer.message, 'Transfer completed');
is('to whom it was for', [transfer.data.amount, transfer.data.recipient_wallet],
    [1000, friend.data.user.wallet_number]);
like('with a reference of its own', transfer.data.reference, /^TRF_[0-9]+_[0-9A-Z]{8}_OUT$/);
const forbidden = await refused(api.post('/wallet/transfer',
    { wallet_number: friend.data.user.wallet_number, amount: 1000 }, byKey));
is('a key without the permission can not', [forbidden.status, forbidden.data?.data], [403, null]);
const { data: history } = await api.get('/wallet/transactions', byKey);
is('the history has both', history.data.map((line) => [line.type, line.amount, line.status]),
    [['transfer_out', 1000, 'success'], ['deposit', 5000, 'success']]);
is('in words', history.data[1].description, 'Deposit of ₦5,000.00');

// 7. Rollover Expired Key
const unknown = await refused(api.post('/keys/rollover',
    { expired_key_id: 'FGH2485K6KK79GKG9GKGK', expiry: '1M' }, jwt));
is('an unknown key can not be rolled over', unknown.status, 404);
const rolled = await refused(api.post('/keys/rollover',
    { expired_key_id: keys.data.keys[0].id, expiry: '1M' }, jwt));
is('one that expires within a day can', rolled.status, 201);

// 8. Revoke API Key
const { data: revoked } = await api.delete(`/keys/${keys.data.keys[0].id}`, jwt);
is('a key is revoked', [revoked.message, revoked.data], ['API key revoked successfully', null]);
is('at once', (await refused(api.get('/wallet/balance', byKey))).status, 401);

done();
