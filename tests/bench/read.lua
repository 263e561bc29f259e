-- Balances of random wallets.
local here = debug.getinfo(1, "S").source:match("^@(.*/)")
local common = dofile(here .. "common.lua")
local wallets = common.wallets()
local headers = { ["x-api-key"] = os.getenv("KEY") }

math.randomseed(os.time() + tonumber(tostring({}):match("0x(%x+)"), 16) % 100000)

function request()
    return wrk.format("GET", "/v1/wallets/" .. wallets[math.random(#wallets)], headers)
end

done = common.done
