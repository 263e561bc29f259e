// Sign in, see the primary bank account, pay a merchant by what their QR code says. The session is a
// cookie that no script can read; nothing is kept here.
"use strict";

const element = (id) => document.getElementById(id);
const QR = /^drop:\/\/pay\/(mer_[0-9a-f]{16})$/;
const AMOUNT = /^[0-9]{1,6}(?:[.,][0-9]{1,2})?$/;

// The answer's JSON; an Error with the API's own words where it refuses.
async function call(method, path, body) {
    const request = { method, headers: {}, credentials: "same-origin" };
    if (body) {
        request.headers["Content-Type"] = "application/json";
        request.body = JSON.stringify(body);
    }
    const answer = await fetch(path, request);
    const json = await answer.json().catch(() => ({}));
    if (answer.ok) return json;
    throw Object.assign(new Error(json.message || "The request failed"), { status: answer.status });
}

function say(text, bad = false) {
    element("message").textContent = text;
    element("message").classList.toggle("bad", bad);
}

const kroner = (amount, currency) => `${amount.toFixed(2)} ${currency}`;

function show(me) {
    const account = me && me.bankAccounts.find((one) => one.isPrimary);

    element("sign-in").hidden = Boolean(me);
    element("home").hidden = !me;
    if (!me) return;
    element("person").textContent = `${me.firstName} ${me.lastName}`;
    element("bank").textContent = account
        ? `${account.bankName} ${account.accountNumber}`
        : "No bank account is linked yet";
    element("balance").textContent = account ? kroner(account.balance, account.currency) : "";
}

async function look() {
    try {
        show((await call("GET", "/api/auth/me")).data);
    } catch (error) {
        show(null);
        if (error.status !== 401) say(error.message, true);
    }
}

async function signIn(form) {
    await call("POST", "/api/auth/login", {
        email: element("email").value,
        password: element("password").value,
    });
    form.reset();
    say("");
    await look();
}

async function signOut() {
    await call("POST", "/api/auth/logout");
    show(null);
    say("Signed out");
}

async function pay(form) {
    const qr = QR.exec(element("qr").value.trim());
    const amount = element("amount").value.trim();

    if (!qr) throw new Error("This is not a merchant QR code");
    if (!AMOUNT.test(amount)) throw new Error("This is not a valid amount");
    const { data } = await call("POST", "/api/transactions/qr-payment", {
        merchantId: qr[1],
        amount: Number(amount.replace(",", ".")),
    });
    form.reset();
    say(`${data.status === "completed" ? "Paid" : "Paying"} ` +
        `${kroner(data.amount, data.currency)} to ${data.merchantName}`);
    await look();
}

// One thing at a time: a second click must not pay again.
async function busy(buttons, work) {
    buttons.forEach((button) => { button.disabled = true; });
    try {
        await work();
    } catch (error) {
        if (error.status === 401) show(null);
        say(error.message, true);
    } finally {
        buttons.forEach((button) => { button.disabled = false; });
    }
}

function onSubmit(id, work) {
    const form = element(id);

    form.addEventListener("submit", (event) => {
        event.preventDefault();
        busy(form.querySelectorAll("button"), () => work(form));
    });
}

onSubmit("sign-in", signIn);
onSubmit("pay", pay);
element("sign-out").addEventListener("click", (event) => busy([event.target], signOut));
look();
