// A line of TAP for each thing that was seen, and who the scripts are for.
let count = 0;
let failed = 0;

export function is(name, got, wanted) {
    const good = JSON.stringify(got) === JSON.stringify(wanted);

    count++;
    if (!good) failed++;
    console.log(`${good ? 'ok' : 'not ok'} ${count} - ${name}`);
    if (!good) console.log(`#   got:    ${JSON.stringify(got)}\n#   wanted: ${JSON.stringify(wanted)}`);
}

export function like(name, got, pattern) {
    is(name, pattern.test(String(got)) ? true : got, true);
}

// The answer to a request that must be refused.
export async function refused(promise) {
    try {
        const { status } = await promise;
        return { status, data: null };
    } catch (error) {
        if (!error.response) throw error;
        return error.response;
    }
}

export async function within(seconds, condition) {
    const deadline = Date.now() + seconds * 1000;

    for (;;) {
        const value = await condition();
        if (value || Date.now() > deadline) return value;
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
}

export function done() {
    console.log(`1..${count}`);
    process.exitCode = failed > 0 ? 1 : 0;
}

export function setting(name) {
    const value = process.env[name];

    if (!value) throw new Error(`${name} is not set`);
    return value;
}
