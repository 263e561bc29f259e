// What Cowry is compared with: a wallet backend as it is usually written, with Fastify and pg, a round trip a
// statement, on the tables of baseline.sql. A process for each processor, TLS by Node itself.
// node server.js PORT CERTIFICATE KEY, with PGHOST and the like in the environment.
import cluster from 'node:cluster';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import Fastify from 'fastify';
import pg from 'pg';

const [port, certificate, key] = process.argv.slice(2);

const uuid = { type: 'string', format: 'uuid' };
const readSchema = { params: { type: 'object', properties: { id: uuid }, required: ['id'] } };
const transferSchema = {
    body: {
        type: 'object',
        required: ['from', 'to', 'amount', 'reference'],
        additionalProperties: false,
        properties: {
            from: uuid,
            to: uuid,
            amount: { type: 'integer', minimum: 1 },
            reference: { type: 'string', minLength: 1, maxLength: 160 },
        },
    },
};

class Refusal extends Error {
    constructor(statusCode, message) {
        super(message);
        this.statusCode = statusCode;
    }
}

async function authenticate(db, rawKey) {
    const digest = createHash('sha256').update(rawKey ?? '').digest();
    const { rows } = await db.query(
        `SELECT l.ledger_id FROM bench.api_key k
           JOIN bench.users u USING (user_id)
           JOIN bench.ledger l ON l.project_id = k.project_id AND l.mode = k.scope
          WHERE k.digest = $1 AND k.revoked_at IS NULL AND u.status = 'active'
            AND (k.expires_at IS NULL OR k.expires_at > now())`, [digest]);
    if (rows.length === 0) {
        throw new Refusal(401, 'The key is not valid');
    }
    return rows[0].ledger_id;
}

async function lockAccounts(db, ledger, { from, to, amount }) {
    const { rows } = await db.query(
        `SELECT account_id, public_id, balance, held, currency, status FROM bench.account
          WHERE ledger_id = $1 AND public_id IN ($2, $3) ORDER BY account_id FOR UPDATE`,
        [ledger, from, to]);
    const sender = rows.find((row) => row.public_id === from);
    const receiver = rows.find((row) => row.public_id === to);
    if (!sender || !receiver || sender === receiver) {
        throw new Refusal(404, 'There is no such wallet');
    }
    if (sender.status !== 0 || receiver.status !== 0 || sender.currency !== receiver.currency) {
        throw new Refusal(422, 'The wallets can not be used');
    }
    if (BigInt(sender.balance) - BigInt(sender.held) < BigInt(amount)) {
        throw new Refusal(422, 'Insufficient funds');
    }
    return [sender, receiver];
}

async function insertTransaction(db, ledger, order) {
    const content = createHash('sha256').update(JSON.stringify(order)).digest();
    const { rows } = await db.query(
        `INSERT INTO bench.transaction (public_id, ledger_id, reference, type, content, created_at)
         VALUES ($1, $2, $3, 'transfer', $4, now()) ON CONFLICT (ledger_id, reference) DO NOTHING
         RETURNING transaction_id, public_id, created_at`,
        [randomUUID(), ledger, order.reference, content]);
    if (rows.length === 0) {
        throw new Refusal(409, 'The reference was used');
    }
    return rows[0];
}

async function changeBalance(db, account, amount) {
    const { rows } = await db.query(
        `UPDATE bench.account SET balance = balance + $2, sequence = sequence + 1, last_at = now()
          WHERE account_id = $1 RETURNING balance, sequence`, [account.account_id, amount]);
    return rows[0];
}

async function post(db, ledger, order) {
    const [sender, receiver] = await lockAccounts(db, ledger, order);
    const transaction = await insertTransaction(db, ledger, order);
    const from = await changeBalance(db, sender, -order.amount);
    const to = await changeBalance(db, receiver, order.amount);
    await db.query(
        `INSERT INTO bench.posting (transaction_id, line, ledger_id, currency, from_id, to_id, amount,
                                    from_balance, to_balance, from_sequence, to_sequence)
         VALUES ($1, 0, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [transaction.transaction_id, ledger, sender.currency, sender.account_id, receiver.account_id,
            order.amount, from.balance, to.balance, from.sequence, to.sequence]);
    return { id: transaction.public_id, status: 'completed', ...order, createdAt: transaction.created_at };
}

async function transfer(pool, request) {
    const db = await pool.connect();
    try {
        const ledger = await authenticate(db, request.headers['x-api-key']);
        await db.query('BEGIN');
        const data = await post(db, ledger, request.body);
        await db.query('COMMIT');
        return { data };
    } catch (error) {
        await db.query('ROLLBACK');
        throw error;
    } finally {
        db.release();
    }
}

async function read(pool, request) {
    const ledger = await authenticate(pool, request.headers['x-api-key']);
    const { rows } = await pool.query(
        `SELECT a.public_id, a.balance, a.held, a.currency, a.created_at
           FROM bench.account a JOIN bench.wallet w USING (account_id)
          WHERE a.ledger_id = $1 AND a.public_id = $2`, [ledger, request.params.id]);
    if (rows.length === 0) {
        throw new Refusal(404, 'There is no such wallet');
    }
    return { data: rows[0] };
}

async function serve() {
    const pool = new pg.Pool({ max: 10 });
    const app = Fastify({ https: { cert: readFileSync(certificate), key: readFileSync(key) } });
    app.get('/wallets/:id', { schema: readSchema }, (request) => read(pool, request));
    app.post('/transfers', { schema: transferSchema }, async (request, reply) => {
        reply.code(201);
        return transfer(pool, request);
    });
    await app.listen({ host: '127.0.0.1', port: Number(port) });
}

if (cluster.isPrimary) {
    for (let i = 0; i < availableParallelism(); i++) {
        cluster.fork();
    }
    process.on('SIGTERM', () => process.exit(0));
} else {
    await serve();
}
