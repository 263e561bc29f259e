-- Transfers between random wallets, or all into BENCH_HOT.
local here = debug.getinfo(1, "S").source:match("^@(.*/)")
local common = dofile(here .. "common.lua")
local wallets = common.wallets()
local hot = os.getenv("BENCH_HOT")
local headers = { ["x-api-key"] = os.getenv("KEY"), ["Content-Type"] = "application/json" }
local threads = 0
local sent = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init()
    math.randomseed(os.time() + number * 7919)
    prefix = string.format("%s-%s-%d-%d-", os.getenv("BENCH_RUN"), hot and "h" or "t", number,
        math.random(1000000))
end

function request()
    local from, to
    repeat
        from = wallets[math.random(#wallets)]
        to = hot or wallets[math.random(#wallets)]
    until from ~= to
    sent = sent + 1
    return wrk.format("POST", "/v1/wallets/transfer", headers, string.format(
        '{"fromWalletId":"%s","toWalletId":"%s","amount":"1","currency":"NGN","reference":"%s%d"}',
        from, to, prefix, sent))
end

done = common.done
