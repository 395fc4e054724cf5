-- What wrk sends, and how it tells what came of it. BENCH_HEADERS is a file of header fields, one a line; BENCH_TOKENS one of
-- tokens, one a line, of which each request takes the next, from line BENCH_FIRST on.
local tokens, at = {}, tonumber(os.getenv("BENCH_FIRST") or "0")

for line in io.lines(os.getenv("BENCH_HEADERS")) do
  local name, value = line:match("^([^:]+): (.*)$")
  wrk.headers[name] = value
end

if os.getenv("BENCH_TOKENS") then
  for line in io.lines(os.getenv("BENCH_TOKENS")) do
    tokens[#tokens + 1] = line
  end
  request = function()
    at = at % #tokens + 1
    wrk.headers["Authorization"] = "Bearer " .. tokens[at]
    return wrk.format()
  end
end

-- BENCH_BODY is what is sent by POST.
if os.getenv("BENCH_BODY") then
  wrk.method, wrk.body = "POST", os.getenv("BENCH_BODY")
end

done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"micros":%d,"refused":%d,"broken":%d,"p50_us":%d,"p99_us":%d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50), latency:percentile(99)))
end
