-- What the load scripts share: wallets, the key, and a result line that awk can read.
local common = {}

function common.wallets()
    local list = {}
    for line in io.lines(os.getenv("BENCH_WALLETS_FILE")) do
        list[#list + 1] = line
    end
    return list
end

function common.done(summary, latency)
    local errors = summary.errors
    io.write(string.format("result %d %.3f %.3f %d\n",
        math.floor(summary.requests / (summary.duration / 1e6)),
        latency:percentile(50) / 1000, latency:percentile(99) / 1000,
        errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end

return common
