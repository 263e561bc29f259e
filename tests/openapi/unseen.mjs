// Documented answers that no program of tests/api can get, and where they are shown instead.
const elsewhere = [
    // What HTTP refuses is nginx's to say; so is that one address has too many connections.
    { status: "default", shown: "tests/e2e/20-nginx.t.sh" },
    { status: "429", shown: "tests/e2e/20-nginx.t.sh; limits of routes by tests/api/sweep.c" },
    // They ask Google before the database.
    { status: "500", id: "bitpal GET /api/v1/auth/google", shown: "the dialect's other routes" },
    { status: "500", id: "bitpal GET /api/v1/auth/google/callback", shown: "the dialect's other routes" },
    // A link is looked at before the database.
    { status: "500", id: "pocket GET /v1/statement-files/{id}", shown: "the dialect's other routes" },
    // What makes others fail is what it reports, as 503.
    { status: "500", id: "drop GET /api/health", shown: "tests/api/drop/health.c" },
];

// Whether an answer of an operation is shown elsewhere.
export function unseen(id, status) {
    return elsewhere.some((row) => row.status === status && (!row.id || row.id === id));
}
