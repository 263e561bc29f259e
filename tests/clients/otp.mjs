// The Axios examples of Wallet OTP's documents. URL is where Cowry is served, TOKEN a person's
// access token, EMAIL their address, MAIL_DIR where the mails of the stack are.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import axios from 'axios';
import { done, is, like, refused, setting, within } from './tap.mjs';

const jwtToken = setting('TOKEN');
const email = setting('EMAIL');

// The code in the latest mail to the person, once there are so many with a code.
async function mailedCode(mails) {
    return within(10, async () => {
        const folder = setting('MAIL_DIR');
        const codes = [];

        for (const name of (await readdir(folder)).filter((n) => n.endsWith('.eml')).sort()) {
            const text = await readFile(join(folder, name), 'utf8').catch(() => '');
            const code = /\b([0-9]{6})\b/.exec(text.slice(text.search(/\r?\n\r?\n/)));

            if (text.includes(email) && code) codes.push(code[1]);
        }
        return codes.length >= mails && codes.at(-1);
    });
}

const api = axios.create({
    baseURL: setting('URL'),
    headers: {
        'Authorization': `Bearer ${jwtToken}`
    }
});

// Step 1: Initiate funding
const { data: fundData } = await api.post('/api/wallet/fund', {
    amount: 5000,
    email
});
const { transactionReference } = fundData;

like('the reference', transactionReference, /^FUND-[0-9]{13}-[0-9a-z]{8}$/);
delete fundData.transactionReference;
is('the answer is the documented one', fundData, {
    success: true,
    message: 'Wallet funding initiated. OTP sent to your email.',
    otpExpiresIn: 300,
    otpSent: true,
    fraudRiskLevel: 'low',
    requiresManualReview: false,
    nextStep: 'otp_verification',
    warning: null
});

const { data: pending } = await api.get('/api/wallet/otp/status?purpose=wallet_funding');
is('a code is pending', [pending.hasPendingOTP, pending.attemptsRemaining, pending.isLocked], [true, 3, false]);

const userEnteredOTP = await mailedCode(1);
const wrong = await refused(api.post('/api/wallet/otp/verify', {
    otp: userEnteredOTP === '000000' ? '000001' : '000000',
    transaction_reference: transactionReference
}));
is('a wrong code', [wrong.status, wrong.data?.message], [400, 'Invalid OTP. 2 attempts remaining.']);

// Step 2: Verify OTP
const { data: verifyData } = await api.post('/api/wallet/otp/verify', {
    otp: userEnteredOTP,
    transaction_reference: transactionReference
});

is('the wallet is funded', [verifyData.success, verifyData.message, verifyData.newBalance],
    [true, 'OTP verified and wallet funded successfully', 5000]);
like('with a transaction', verifyData.transactionId, /^TXN-[0-9]{13}/);

const again = await refused(api.post('/api/wallet/verify-otp', {
    otp: userEnteredOTP,
    transaction_reference: transactionReference
}));
is('once', [again.status, again.data?.message], [404, 'Transaction not found or already processed']);
const small = await refused(api.post('/api/wallet/fund', { amount: 99, email }));
is('too little', [small.status, small.data?.message, small.data?.details],
    [400, 'Invalid funding amount', 'Amount must be between 100 and 5000000']);

// The wallet's page
const { data: wallet } = await api.get('/api/wallet/balance');
is('the balance', [wallet.success, wallet.balance, wallet.currency, wallet.status],
    [true, 5000, 'NGN', 'active']);
const { data: page } = await api.get('/api/wallet/transactions?page=1&limit=20');
is('the history', page.transactions.map((t) => [t.type, t.amount, t.new_balance, t.reference, t.status]),
    [['funding', 5000, 5000, transactionReference, 'completed']]);
is('its pages', page.pagination, { page: 1, limit: 20, total: 1, pages: 1 });
const { data: deducted } = await api.post('/api/wallet/deduct', { amount: 100 });
is('a deduction waits for a code', deducted.requiresOTP, true);

done();
