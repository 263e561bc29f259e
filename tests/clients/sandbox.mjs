// What the SDKs of Paystack and Flutterwave on npm ask, of the sandbox: the requests that paystack-sdk
// 4 and flutterwave-node-v3 1.4 make, and what they hand to their callers. URL is where Cowry is served.
import { done, is, like, setting } from './tap.mjs';

const box = `${setting('URL')}/sandbox`;
const headers = { Authorization: 'Bearer sk_test_sdk', 'Content-Type': 'application/json' };
const name = `sdk-${Date.now()}-abcdefgh`;

async function ask(player, method, path, data) {
    const response = await fetch(`${box}/${player}${path}`, {
        method, headers, ...(data && { body: JSON.stringify(data) }) });
    return { status: response.status, ...(await response.json()) };
}
const paystack = (method, path, data) => ask('paystack', method, path, data);
// Its base ends with a slash, and some of its paths begin with one.
const flutterwave = (method, path, data) => ask('flutterwave/', method, path, data);

const begun = await paystack('POST', '/transaction/initialize',
    { email: 'a@b.co', amount: '20000', reference: name });
await fetch(begun.data.authorization_url, {
    method: 'POST', body: new URLSearchParams({ outcome: 'success' }), redirect: 'manual' });
const verified = await paystack('GET', `/transaction/verify/${name}`);
is('Paystack: verify', [verified.data.status, verified.data.authorization.reusable], ['success', true]);
const listed = await paystack('GET', '/transaction?perPage=1&page=1');
is('Paystack: transaction.list', [listed.data[0].reference, listed.meta.perPage], [name, 1]);
is('Paystack: transaction.fetch',
    (await paystack('GET', `/transaction/${verified.data.id}`)).data.reference, name);
const banks = await paystack('GET', '/bank?country=nigeria');
const bank = banks.data.find((one) => one.code === '058');
like('Paystack: misc.banks', bank.name, /Guaranty/);
is('Paystack: verification.resolveAccount',
    (await paystack('GET', '/bank/resolve?account_number=0001234567&bank_code=058')).data,
    { account_number: '0001234567', account_name: 'SANDBOX CUSTOMER', bank_id: bank.id });
const recipient = await paystack('POST', '/transferrecipient', { type: 'nuban', name: 'Ada',
    account_number: '0001234567', bank_code: '058', currency: 'NGN' });
const transfer = await paystack('POST', '/transfer', { source: 'balance', amount: 5000,
    recipient: recipient.data.recipient_code, reference: `${name}-out` });
is('Paystack: transfer.list',
    (await paystack('GET', '/transfer')).data[0].transfer_code, transfer.data.transfer_code);
is('Paystack: transfer.fetch',
    (await paystack('GET', `/transfer/${transfer.data.transfer_code}`)).data.reference, `${name}-out`);
is('Paystack: recipient.fetch',
    (await paystack('GET', `/transferrecipient/${recipient.data.recipient_code}`)).data.name, 'Ada');

const charge = await flutterwave('POST', 'v3/charges?type=bank_transfer',
    { tx_ref: name, amount: 100, currency: 'NGN', email: 'a@b.co' });
is('Flutterwave: Charge', charge.data.tx_ref, name);
is('Flutterwave: Transaction.fetch',
    (await flutterwave('GET', `/v3/transactions?tx_ref=${name}`)).data.map((one) => one.tx_ref), [name]);
is('Flutterwave: Transaction.verify',
    (await flutterwave('GET', `v3/transactions/${charge.data.id}/verify`)).data.id, charge.data.id);
const sent = await flutterwave('POST', 'v3/transfers', { account_bank: '044',
    account_number: '0690000032', amount: 50, currency: 'NGN', reference: `${name}-out` });
is('Flutterwave: Transfer.fetch',
    (await flutterwave('GET', '/v3/transfers?')).data[0].reference, `${name}-out`);
is('Flutterwave: Transfer.get_a_transfer',
    (await flutterwave('GET', `/v3/transfers/${sent.data.id}`)).data.id, sent.data.id);
is('Flutterwave: Bank.country', (await flutterwave('GET', 'v3/banks/NG')).data[0].code, '044');
is('Flutterwave: Misc.verify_Account',
    (await flutterwave('POST', 'v3/accounts/resolve',
        { account_number: '0690000032', account_bank: '044' })).data.account_name, 'SANDBOX CUSTOMER');
is('Flutterwave: Misc.bal', (await flutterwave('GET', '/v3/balances?')).data[0].currency, 'NGN');

done();
