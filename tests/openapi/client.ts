// The main flows of each API by a client that is made from its document. It must compile under the
// strictest rules without a cast or an assertion: what the documents promise is all that it knows.
// URL is where Cowry is served, MAIL_DIR where its mails go. Prints TAP.
import { randomBytes } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import createClient from "openapi-fetch";
import type { Middleware } from "openapi-fetch";
import type { paths as Bitpal } from "./bitpal.js";
import type { paths as Drop } from "./drop.js";
import type { paths as Moolah } from "./moolah.js";
import type { paths as Otp } from "./otp.js";
import type { paths as Pocket } from "./pocket.js";

const baseUrl = setting("URL");
const name = `ts-${randomBytes(6).toString("hex")}`;
const email = `${name}@cowry.example`;
const password = "correct-horse-42";
let count = 0;

function setting(key: string): string {
    const value = process.env[key];
    if (value === undefined) throw new Error(`${key} is not set`);
    return value;
}

function is(what: string, got: unknown, wanted: unknown): void {
    count++;
    if (got === wanted) {
        console.log(`ok ${count} - ${what}`);
        return;
    }
    console.log(`not ok ${count} - ${what}\n#   got:    ${JSON.stringify(got)}\n#   wanted: ${JSON.stringify(wanted)}`);
    process.exitCode = 1;
}

interface Answer<T, E> {
    data?: T;
    error?: E;
    response: Response;
}

// What an answer holds that must be good; what one holds that must not.
async function good<T, E>(what: string, promise: Promise<Answer<T, E>>): Promise<T> {
    const { data, error, response } = await promise;
    if (data === undefined) throw new Error(`${what}: ${response.status} ${JSON.stringify(error)}`);
    is(what, response.ok, true);
    return data;
}

async function refused<T, E>(what: string, status: number, promise: Promise<Answer<T, E>>): Promise<E> {
    const { error, response } = await promise;
    if (error === undefined) throw new Error(`${what}: ${response.status}`);
    is(what, response.status, status);
    return error;
}

function some<T>(what: string, value: T | null | undefined): T {
    if (value === null || value === undefined) throw new Error(`${what} is missing`);
    return value;
}

function bearer(token: string): Middleware {
    return {
        onRequest({ request }) {
            request.headers.set("Authorization", `Bearer ${token}`);
            return request;
        },
    };
}

async function pocketFlows(): Promise<string> {
    const api = createClient<Pocket>({ baseUrl });
    const registered = await good("pocket: register", api.POST("/v1/auth/register", {
        body: { name: "Ada", email, password, country: "Nigeria", acceptTerms: true },
    }));
    is("pocket: the address that was given", registered.data.email, email);
    const again = await refused("pocket: not twice", 409, api.POST("/v1/auth/register", {
        body: { name: "Ada", email, password, country: "Nigeria", acceptTerms: true },
    }));
    is("pocket: says why", again.statusCode, 409);
    const signedIn = await good("pocket: login", api.POST("/v1/auth/login", { body: { email, password } }));
    if (!("accessToken" in signedIn.data)) throw new Error("pocket: a second step is asked for");
    const token = signedIn.data.accessToken;
    api.use(bearer(token));
    is("pocket: me", (await good("pocket: me", api.GET("/v1/auth/me"))).data.id, registered.data.id);
    await good("pocket: platform", api.POST("/v1/platform-accounts", { body: { name } }));
    const project = await good("pocket: project", api.POST("/v1/projects", { body: { name } }));
    const key = await good("pocket: key", api.POST("/v1/projects/{projectId}/api-keys", {
        params: { path: { projectId: project.data.id } },
        body: { scope: "test", quota: null },
    }));
    await moneyFlows(key.data.rawKey);
    return token;
}

async function moneyFlows(key: string): Promise<void> {
    const api = createClient<Pocket>({ baseUrl, headers: { "x-api-key": key } });
    const one = await good("pocket: wallet", api.POST("/v1/wallets", { body: { currency: "NGN" } }));
    const two = await good("pocket: wallet", api.POST("/v1/wallets", { body: { currency: "NGN" } }));
    const [from, to] = [one.data.wallet.id, two.data.wallet.id];
    await good("pocket: credit", api.POST("/v1/wallets/credit", {
        body: { walletId: from, amount: "1000", currency: "NGN", reference: `${name}-credit` },
    }));
    const order = { fromWalletId: from, toWalletId: to, amount: "250.50", currency: "NGN", reference: `${name}-1` };
    const moved = await good("pocket: transfer", api.POST("/v1/wallets/transfer", { body: order }));
    const replayed = await good("pocket: the same again", api.POST("/v1/wallets/transfer", { body: order }));
    is("pocket: is the first one", replayed.data.id, moved.data.id);
    const poor = await refused("pocket: more than there is", 422, api.POST("/v1/wallets/transfer", {
        body: { ...order, amount: "1000", reference: `${name}-2` },
    }));
    is("pocket: which has a code", poor.code, "INSUFFICIENT_FUNDS");
    const wrong = await refused("pocket: no amount", 400, api.POST("/v1/wallets/transfer", {
        body: { ...order, amount: "0" },
    }));
    is("pocket: and fields", wrong.errors?.[0]?.field, "amount");
    const wallet = await good("pocket: balance", api.GET("/v1/wallets/{id}", { params: { path: { id: from } } }));
    is("pocket: what is left", wallet.data.balance.ledger, "749.50");
    const history = await good("pocket: history", api.GET("/v1/wallets/{id}/transactions", {
        params: { path: { id: from }, query: { limit: 1 } },
    }));
    is("pocket: newest first", history.data[0]?.reference, order.reference);
    is("pocket: there is more", history.pagination.hasNextPage, true);
    some("pocket: and where", history.pagination.nextCursor);
    const hold = await good("pocket: hold", api.POST("/v1/holds", {
        body: { walletId: from, amount: "100", currency: "NGN", reference: `${name}-hold` },
    }));
    const captured = await good("pocket: capture", api.POST("/v1/holds/{id}/capture", {
        params: { path: { id: hold.data.id } },
        body: { amount: "40" },
    }));
    is("pocket: part of it", captured.data.amount, "40.00");
    await refused("pocket: no such hold", 404, api.GET("/v1/holds/{id}", { params: { path: { id: from } } }));
    is("pocket: no payments", (await good("pocket: payments", api.GET("/v1/payments"))).data.length, 0);
}

async function bitpalFlows(token: string): Promise<void> {
    const api = createClient<Bitpal>({ baseUrl });
    api.use(bearer(token));
    const empty = await good("bitpal: balance", api.GET("/api/v1/wallet/balance"));
    is("bitpal: nothing yet", empty.data.balance, 0);
    const key = await good("bitpal: key", api.POST("/api/v1/keys/create", {
        body: { name, permissions: ["read"], expiry: "1D" },
    }));
    is("bitpal: made", key.status_code, 201);
    const keys = await good("bitpal: keys", api.GET("/api/v1/keys/list"));
    const id = some("bitpal: a key", keys.data.keys[0]).id;
    const deposit = await good("bitpal: deposit", api.POST("/api/v1/wallet/deposit", { body: { amount: 5000 } }));
    const state = await good("bitpal: state", api.GET("/api/v1/wallet/deposit/{reference}/status", {
        params: { path: { reference: deposit.data.reference } },
    }));
    is("bitpal: not paid yet", state.data.status, "pending");
    const nobody = await refused("bitpal: to nobody", 404, api.POST("/api/v1/wallet/transfer", {
        body: { wallet_number: "1234567890128", amount: 1 },
    }));
    is("bitpal: has no data", nobody.data, null);
    const lines = await good("bitpal: history", api.GET("/api/v1/wallet/transactions"));
    is("bitpal: nothing has moved", lines.data.filter((line) => line.status === "success").length, 0);
    const gone = await good("bitpal: revoke", api.DELETE("/api/v1/keys/{key_id}", { params: { path: { key_id: id } } }));
    is("bitpal: revoked", gone.data, null);
}

// The code in the latest mail to the address.
async function mailedCode(): Promise<string> {
    const folder = setting("MAIL_DIR");
    const deadline = Date.now() + 10000;
    while (Date.now() < deadline) {
        for (const file of (await readdir(folder)).filter((entry) => entry.endsWith(".eml"))) {
            const mail = await readFile(join(folder, file), "utf8");
            const code = mail.includes(email) ? /\b[0-9]{6}\b/.exec(mail)?.[0] : undefined;
            if (code !== undefined) return code;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("no code was mailed");
}

async function otpFlows(token: string): Promise<void> {
    const api = createClient<Otp>({ baseUrl });
    api.use(bearer(token));
    const begun = await good("otp: fund", api.POST("/api/wallet/fund", { body: { amount: 5000, email } }));
    const code = await mailedCode();
    const wrong = await refused("otp: another code", 400, api.POST("/api/wallet/verify-otp", {
        body: { otp: code === "000000" ? "000001" : "000000", transaction_reference: begun.transactionReference },
    }));
    is("otp: is not good", wrong.success, false);
    const funded = await good("otp: the code", api.POST("/api/wallet/verify-otp", {
        body: { otp: code, transaction_reference: begun.transactionReference },
    }));
    is("otp: the money is there", funded.newBalance, 5000);
}

async function moolahFlows(token: string): Promise<void> {
    const api = createClient<Moolah>({ baseUrl });
    const signedIn = await good("moolah: login", api.POST("/api/v1/auth/login", {
        body: { identifier: email, password },
    }));
    is("moolah: success", signedIn.success, true);
    api.use(bearer(token));
    const products = await good("moolah: products", api.GET("/api/v1/products"));
    const product = some("moolah: something to buy", products.data.products[0]);
    const poor = await refused("moolah: no money", 400, api.POST("/api/v1/vouchers/issue", {
        body: { original_amount: 100 },
    }));
    is("moolah: says so", poor.code, "INSUFFICIENT_BALANCE");
    await refused("moolah: no such voucher", 404, api.GET("/api/v1/vouchers/code/{code}", {
        params: { path: { code: "1093237161056639" } },
    }));
    is("moolah: in rand", product.currency, "ZAR");
}

async function dropFlows(token: string): Promise<void> {
    const api = createClient<Drop>({ baseUrl });
    is("drop: healthy", (await good("drop: health", api.GET("/api/health"))).db, "connected");
    await refused("drop: who asks", 401, api.GET("/api/auth/me"));
    api.use(bearer(token));
    is("drop: me", (await good("drop: me", api.GET("/api/auth/me"))).data.email, email);
    const rate = await good("drop: rate", api.GET("/api/rates/{currency}", { params: { path: { currency: "RSD" } } }));
    is("drop: of the krone", rate.data.from, "NOK");
    const recipient = await good("drop: recipient", api.POST("/api/recipients", {
        body: { name: "Mama Jasmina", country: "RS", currency: "RSD", bankAccount: "RS35260005601001611379", bankName: "Banca Intesa" },
    }));
    const recipients = await good("drop: recipients", api.GET("/api/recipients"));
    is("drop: which are counted", recipients.pagination.total, 1);
    const disclosed = await good("drop: disclosure", api.POST("/api/transactions/disclosure", {
        body: { type: "remittance", amount: 2000, recipientId: recipient.data.id },
    }));
    is("drop: with the fee", disclosed.totalCost, 2010);
    const wrong = await refused("drop: of nothing", 422, api.POST("/api/transactions/disclosure", {
        body: { type: "remittance", amount: 0, recipientId: recipient.data.id },
    }));
    is("drop: says where", wrong.details?.[0]?.field, "amount");
    const settings = await good("drop: settings", api.PATCH("/api/settings", { body: { pushEnabled: false } }));
    is("drop: changed", settings.data.pushEnabled, false);
    const consent = { consentType: "marketing", granted: true } as const;
    await good("drop: consent", api.POST("/api/consents", { body: consent }));
    const changed = await good("drop: withdrawn", api.POST("/api/consents", { body: { ...consent, granted: false } }));
    is("drop: at a time", typeof some("drop: the time", changed.data.withdrawn_at), "string");
    const told = await good("drop: complaint", api.POST("/api/complaints", {
        body: { category: "fees", subject: "High transfer fee", description: "The fee was higher than it said." },
    }));
    is("drop: received", told.data.status, "received");
    is("drop: nothing paid", (await good("drop: history", api.GET("/api/transactions"))).data.length, 0);
    const removed = await api.DELETE("/api/recipients/{id}", { params: { path: { id: recipient.data.id } } });
    is("drop: removed", removed.response.status, 204);
}

const token = await pocketFlows();
await bitpalFlows(token);
await otpFlows(token);
await moolahFlows(token);
await dropFlows(token);
console.log(`1..${count}`);
